-- Behaviour: tracked events whose name platform_vocabulary knows. Retried records are one event; the SDK's default
-- project is test traffic.
with tracked as (
    select
        'app' as source,
        coalesce(records.track_id, '')
        || '-'
        || records.distinct_id
        || '-'
        || records.occurred_at
        || '-'
        || records.event
            as event_id,
        coalesce(records.login_id, records.distinct_id) as customer_id,
        coalesce(
            records.anonymous_id,
            case
                when
                    records.login_id is null and coalesce(records.is_login_id, 'false') = 'false'
                    then records.distinct_id
            end
        ) as anonymous_id,
        records.device_id,
        words.value as event_type,
        cast(records.occurred_at as timestamp) as occurred_at,
        records._channel as channel,
        records.campaign_id,
        records.group_id,
        records.staff_id,
        case
            when records.sku is not null then 'product'
            when records.category is not null then 'category'
            when records.keyword is not null then 'keyword'
            when records.page is not null then 'page'
        end as object_type,
        coalesce(records.sku, records.category, records.keyword, records.page) as object_id,
        records.duration_seconds,
        records.share_id,
        records.parent_event_id,
        records.referred_login_id as referred_customer_id,
        {{ fact_known_at('cast(records.occurred_at as timestamp)') }} as known_at,
        records._landed_at,
        records._file_id,
        records._line
    from {{ landed('app', 'events') }} as records
    inner join {{ vocabulary('app', 'event_type') }} as words on words.platform_value = records.event
    left join {{ vocabulary('app', 'test_project') }} as tests
        on tests.platform_value = coalesce(records.project, records._account)
    where records.type = 'track' and tests.value is null
)

{{ first_known('events', 'tracked', given=[
    'source', 'event_id', 'customer_id', 'anonymous_id', 'device_id', 'event_type', 'occurred_at', 'channel',
    'campaign_id', 'group_id', 'staff_id', 'object_type', 'object_id', 'duration_seconds', 'share_id', 'parent_event_id',
    'referred_customer_id',
]) }}
