{{ config(materialized='view') }}

with message_subscriptions_rows as (
    select
        source,
        customer_id,
        scene_id,
        coalesce(cast(granted_count as bigint), 1) as granted_count,
        cast(granted_at as timestamp) as granted_at,
        {{ fact_known_at('cast(granted_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'message_subscriptions', source='raw.source') }} as landed_message_subscriptions
)

{{ noun_versions('message_subscriptions', 'message_subscriptions_rows') }}
