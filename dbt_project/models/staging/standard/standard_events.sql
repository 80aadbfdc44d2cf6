{{ config(meta={'by_key': noun_schema('events')['key']}) }}

with events_rows as (
    select
        source,
        event_id,
        customer_id,
        anonymous_id,
        device_id,
        event_type,
        cast(occurred_at as timestamp) as occurred_at,
        coalesce(channel, _channel) as channel,
        campaign_id,
        group_id,
        staff_id,
        object_type,
        object_id,
        duration_seconds,
        share_id,
        parent_event_id,
        referred_customer_id,
        properties,
        {{ fact_known_at('cast(occurred_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'events', source='raw.source') }} as landed_events
)

{{ first_known('events', 'events_rows', given=noun_schema('events')['columns'] | list) }}
