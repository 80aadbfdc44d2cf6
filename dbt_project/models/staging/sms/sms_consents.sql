{{ config(materialized='view') }}

with withdrawals as (
    select
        'sms' as source,
        phone as customer_id,
        'sms' as message_channel,
        'marketing' as purpose,
        false as granted,
        replied_at as changed_at,
        known_at,
        _landed_at,
        _file_id,
        _line
    from {{ ref('sms_replies') }}
    where is_opt_out
)

{{ noun_versions('consents', 'withdrawals') }}
