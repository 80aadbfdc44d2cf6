-- One row per as-of date, window and step from one touch day of a path to the next, with how many paths take it: from
-- (start), to (order) where an order ends the path and to (nothing) where none does yet.
with places as (
    select
        as_of_date,
        window_days,
        order_id,
        channel,
        lag(channel)
            over (
                partition by as_of_date, window_days, source, order_id, one_id order by touch_date asc, channel asc
            ) as channel_before,
        lead(channel)
            over (
                partition by as_of_date, window_days, source, order_id, one_id order by touch_date asc, channel asc
            ) as channel_after
    from {{ ref('attribution_paths') }}
    where channel is not null
),

steps as (
    select
        as_of_date,
        window_days,
        coalesce(channel_before, '(start)') as from_channel,
        channel as to_channel
    from places
    union all
    select
        as_of_date,
        window_days,
        channel as from_channel,
        case when order_id is null then '(nothing)' else '(order)' end as to_channel
    from places
    where channel_after is null
)

select
    as_of_date,
    window_days,
    from_channel,
    to_channel,
    count(*) as paths
from steps
group by as_of_date, window_days, from_channel, to_channel
