{{ config(materialized='view') }}

-- An outbound call is a message: delivered when it was picked up, replied to when somebody spoke;
-- refused when it ended so, taken or not.
with outbound as (
    select
        'call_centre' as source,
        contact_id as message_id,
        mobile as customer_id,
        coalesce({{ out_id_token('out_id') }}, mobile) as recipient_token,
        'call' as message_channel,
        started_at as sent_at,
        {{ out_id_columns('out_id') }},
        agent_id as staff_id,
        case
            when established_at is null then 'failed'
            when end_reason = '{{ refusing_status() }}' then end_reason
            else 'delivered'
        end as status,
        case when established_at is null then end_reason end as failure_reason,
        established_at as delivered_at,
        case when talk_seconds > 0 then established_at end as replied_at,
        known_at,
        _landed_at,
        _file_id,
        _line
    from {{ ref('call_centre_calls') }}
    where contact_type = 'OUTBOUND'
)

{{ noun_versions('messages', 'outbound', unknown=['opened_at', 'clicked_at', 'unsubscribed_at', 'cost_fen']) }}
