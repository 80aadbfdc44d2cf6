-- How far each channel's data reached at a date: the business date of its newest event known at the cut-off. A channel
-- is stale when that lies further back than the seed allows it.
with by_channel as (
    select
        activity.as_of_date,
        coalesce(sources.channel, activity.source) as channel,
        max(activity.newest_date) as data_as_of
    from {{ states_at(ref('channel_activity')) }} as activity
    left join {{ ref('sources') }} as sources on activity.source = sources.source
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
