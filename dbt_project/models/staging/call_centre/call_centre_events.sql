{{ config(materialized='view') }}

with inbound as (
    select
        'call_centre' as source,
        contact_id as event_id,
        mobile as customer_id,
        'ask_service' as event_type,
        started_at as occurred_at,
        _channel as channel,
        agent_id as staff_id,
        talk_seconds as duration_seconds,
        known_at,
        _landed_at,
        _file_id,
        _line
    from {{ ref('call_centre_calls') }}
    where contact_type = 'INBOUND'
)

{{ first_known('events', 'inbound', given=[
    'source', 'event_id', 'customer_id', 'event_type', 'occurred_at', 'channel', 'staff_id', 'duration_seconds',
]) }}
