{{ config(materialized='view') }}

with all_ids as (
    select
        'sms' as source,
        phone as customer_id,
        'mobile' as id_type,
        '' as id_scope,
        phone as id_value,
        'sms' as origin,
        cast(sent_at as timestamp) as observed_at,
        cast(null as timestamp) as unbound_at,
        {{ fact_known_at('cast(sent_at as timestamp)') }} as known_at,
        _channel as channel,
        _file_id,
        _line
    from {{ landed('sms', 'receipts') }} as receipts
    where phone_shape = 'mobile'
    union all
    select
        'sms' as source,
        phone as customer_id,
        'mobile' as id_type,
        '' as id_scope,
        phone as id_value,
        'sms' as origin,
        replied_at as observed_at,
        cast(null as timestamp) as unbound_at,
        known_at,
        'sms' as channel,
        _file_id,
        _line
    from {{ ref('sms_replies') }}
)

{{ observations('all_ids') }}
