{{ config(materialized='view') }}

with all_ids as (
    select
        'sms' as source,
        phone as customer_id,
        phone_shape as id_type,
        '' as id_scope,
        phone as id_value,
        'sms' as origin,
        sent_at as observed_at,
        cast(null as timestamp) as unbound_at,
        known_at,
        _channel as channel,
        _file_id,
        _line
    from {{ ref('sms_receipts') }}
    union all
    select
        'sms' as source,
        phone as customer_id,
        phone_shape as id_type,
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
