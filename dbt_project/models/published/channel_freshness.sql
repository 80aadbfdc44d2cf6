-- How far each channel's data reached at a date: the business date of its newest event known at the cut-off. A channel
-- is stale when that lies further back than the seed allows it.
with seen as (
    select as_of_date, source, max(ordered_at) as newest_at
    from {{ known_versions(ref('orders'), 'as_of') }} as known
    where ordered_at < ends_at
    group by 1, 2
    union all
    select as_of_date, source, max(refunded_at) as newest_at
    from {{ known_versions(ref('refunds'), 'as_of') }} as known
    where refunded_at < ends_at
    group by 1, 2
    union all
    select as_of_date, source, max(occurred_at) as newest_at
    from {{ known_versions(ref('events'), 'as_of') }} as known
    where occurred_at < ends_at
    group by 1, 2
    union all
    select as_of_date, source, max(sent_at) as newest_at
    from {{ known_versions(ref('messages'), 'as_of') }} as known
    where sent_at < ends_at
    group by 1, 2
    union all
    select as_of_date, source, max(added_at) as newest_at
    from {{ known_versions(ref('follows'), 'as_of') }} as known
    where added_at < ends_at
    group by 1, 2
    union all
    select as_of_date, source, max(registered_at) as newest_at
    from {{ known_versions(ref('customers'), 'as_of') }} as known
    where registered_at < ends_at
    group by 1, 2
    union all
    select as_of_date, source, max(joined_at) as newest_at
    from {{ known_versions(ref('group_memberships'), 'as_of') }} as known
    where joined_at < ends_at
    group by 1, 2
    union all
    select as_of_date, source, max(occurred_at) as newest_at
    from {{ known_versions(ref('points_ledger'), 'as_of') }} as known
    where occurred_at < ends_at
    group by 1, 2
),

by_channel as (
    select
        seen.as_of_date,
        coalesce(sources.channel, seen.source) as channel,
        {{ business_date('max(seen.newest_at)') }} as data_as_of
    from seen
    left join {{ ref('sources') }} as sources
        on seen.source = sources.source
    group by 1, 2
),

usual as (
    select stale_after_days
    from {{ ref('channel_freshness_days') }}
    where channel = 'any'
)

select
    by_channel.as_of_date,
    by_channel.channel,
    by_channel.data_as_of,
    by_channel.data_as_of
    < {{ add_days('by_channel.as_of_date', '- coalesce(own.stale_after_days, usual.stale_after_days)') }} as is_stale
from by_channel
cross join usual
left join {{ ref('channel_freshness_days') }} as own
    on by_channel.channel = own.channel
