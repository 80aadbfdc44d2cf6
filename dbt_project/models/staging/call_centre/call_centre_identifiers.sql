{{ config(materialized='view') }}

-- Only calls that somebody took say that the number lives.
with all_ids as (
    select
        'call_centre' as source,
        mobile as customer_id,
        'mobile' as id_type,
        '' as id_scope,
        mobile as id_value,
        'call' as origin,
        started_at as observed_at,
        cast(null as timestamp) as unbound_at,
        known_at,
        _channel as channel,
        _file_id,
        _line
    from {{ ref('call_centre_calls') }}
    where talk_seconds > 0
)

{{ observations('all_ids') }}
