with pushes as (
    select
        'official_account' as source,
        pushes.openid || '-' || pushes.occurred_at || '-' || coalesce(pushes.event, pushes.message_type)
        || '-' || coalesce(pushes.event_key, '') as event_id,
        pushes.openid as customer_id,
        words.value as event_type,
        cast(pushes.occurred_at as timestamp) as occurred_at,
        pushes._channel as channel,
        case when pushes.event_key is not null then 'menu' end as object_type,
        pushes.event_key as object_id,
        {{ fact_known_at('cast(pushes.occurred_at as timestamp)') }} as known_at,
        pushes._landed_at,
        pushes._file_id,
        pushes._line
    from {{ landed('official_account', 'events') }} as pushes
    inner join {{ vocabulary('official_account', 'event_type') }} as words
        on words.platform_value = coalesce(pushes.event, pushes.message_type)
)

{{ first_known('events', 'pushes', given=[
    'source', 'event_id', 'customer_id', 'event_type', 'occurred_at', 'channel', 'object_type', 'object_id',
]) }}
