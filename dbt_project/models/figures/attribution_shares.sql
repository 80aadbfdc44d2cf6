-- One row per order and channel that touched its buyer in the window before it, with what each model shares by: who
-- was first and last, touch days, touch days that weigh half as much for each half-life before the order (in
-- millionths), and how many channels there were. The shares of an order sum to the whole: what does not divide goes to
-- the last touch. An order that nothing touched stands for itself, with one touch day of no channel.
with touches as (
    select
        paths.as_of_date,
        paths.window_days,
        paths.source,
        paths.order_id,
        paths.goods_paid_fen,
        paths.channel,
        min(paths.touch_date) as first_date,
        max(paths.touch_date) as last_date,
        count(*) as touch_days,
        sum(
            -- a touch of long ago still counts for something
            greatest(1, cast(
                round(
                    1000000 * coalesce(
                        power(
                            cast(0.5 as double),
                            {{ days_between('paths.touch_date', 'paths.order_date') }}
                            / cast(windows.half_life_days as double)
                        ),
                        1
                    )
                ) as bigint
            ))
        ) as decayed_days
    from {{ ref('attribution_paths') }} as paths
    inner join {{ ref('attribution_windows') }} as windows on paths.window_days = windows.window_days
    where paths.order_id is not null
    group by
        paths.as_of_date, paths.window_days, paths.source, paths.order_id, paths.goods_paid_fen, paths.channel
),

ranked_channels as (
    select
        *,
        row_number()
            over (partition by as_of_date, window_days, source, order_id order by first_date asc, channel asc)
            as from_first,
        row_number()
            over (partition by as_of_date, window_days, source, order_id order by last_date desc, channel asc)
            as from_last,
        sum(touch_days) over (partition by as_of_date, window_days, source, order_id) as all_touch_days,
        sum(decayed_days) over (partition by as_of_date, window_days, source, order_id) as all_decayed_days,
        count(*) over (partition by as_of_date, window_days, source, order_id) as channels
    from touches
)

select
    as_of_date,
    window_days,
    coalesce(channel, 'none') as channel,
    goods_paid_fen,
    case when from_first = 1 then 1 else 0 end as is_first,
    case when from_last = 1 then 1 else 0 end as is_last,
    touch_days,
    all_touch_days,
    cast(decayed_days as bigint) as decayed_days,
    cast(all_decayed_days as bigint) as all_decayed_days,
    channels,
    source,
    order_id
from ranked_channels
