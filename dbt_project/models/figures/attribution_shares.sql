-- One row per order and channel that touched its buyer in the window before it, with the order's share under each
-- model in ten-thousandths. The shares of an order sum to the whole: what does not divide goes to the last touch.
with orders as (
    select
        reading_plan.as_of_date,
        windows.window_days,
        orders.source,
        orders.order_id,
        orders.one_id,
        orders.kpi_date as order_date,
        orders.goods_paid_fen
    from {{ ref('kpi_orders') }} as orders
    inner join {{ ref('reading_plan') }} as reading_plan
        on orders.kpi_date = reading_plan.kpi_date and orders.reading_date = reading_plan.reading_date
    inner join {{ ref('attribution_windows') }} as windows
        on orders.kpi_date > {{ add_days('reading_plan.as_of_date', '- windows.window_days') }}
    where reading_plan.is_published
),

-- An order that nothing touched stands for itself, with one touch day of no channel.
touches as (
    select
        orders.as_of_date,
        orders.window_days,
        orders.source,
        orders.order_id,
        orders.goods_paid_fen,
        touches.channel,
        min(touches.touch_date) as first_date,
        max(touches.touch_date) as last_date,
        count(*) as touch_days
    from orders
    left join {{ ref('attribution_touches') }} as touches
        on
            orders.as_of_date = touches.as_of_date
            and orders.one_id = touches.one_id
            and touches.touch_date <= orders.order_date
            and touches.touch_date > {{ add_days('orders.order_date', '- orders.window_days') }}
    group by 1, 2, 3, 4, 5, 6
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
        sum(touch_days) over (partition by as_of_date, window_days, source, order_id) as all_touch_days
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
    source,
    order_id
from ranked_channels
