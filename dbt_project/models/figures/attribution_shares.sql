-- One row per order and channel that touched its buyer in the window before it, with the order's share under each
-- model in ten-thousandths. The shares of an order sum to the whole: what does not divide goes to the last touch.
with orders as (
    select
        kpi_days.as_of_date,
        windows.window_days,
        orders.source,
        orders.order_id,
        orders.one_id,
        orders.kpi_date as order_date,
        orders.paid_fen
    from {{ ref('kpi_orders') }} as orders
    inner join {{ ref('kpi_days') }} as kpi_days
        on orders.kpi_date = kpi_days.kpi_date and orders.reading_date = kpi_days.reading_date
    inner join {{ ref('attribution_windows') }} as windows
        on orders.kpi_date > {{ add_days('kpi_days.as_of_date', '- windows.window_days') }}
    where kpi_days.is_published
),

touches as (
    select
        orders.as_of_date,
        orders.window_days,
        orders.source,
        orders.order_id,
        touches.channel,
        min(touches.touch_date) as first_date,
        max(touches.touch_date) as last_date,
        count(*) as touch_days
    from orders
    inner join {{ ref('attribution_touches') }} as touches
        on
            orders.as_of_date = touches.as_of_date
            and orders.one_id = touches.one_id
            and touches.touch_date <= orders.order_date
            and touches.touch_date > {{ add_days('orders.order_date', '- orders.window_days') }}
    group by 1, 2, 3, 4, 5
),

placed as (
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
    orders.as_of_date,
    orders.window_days,
    coalesce(placed.channel, 'none') as channel,
    orders.paid_fen,
    case when coalesce(placed.from_first, 1) = 1 then 1 else 0 end as is_first,
    case when coalesce(placed.from_last, 1) = 1 then 1 else 0 end as is_last,
    coalesce(placed.touch_days, 1) as touch_days,
    coalesce(placed.all_touch_days, 1) as all_touch_days,
    orders.source,
    orders.order_id
from orders
left join placed
    on
        orders.as_of_date = placed.as_of_date
        and orders.window_days = placed.window_days
        and orders.source = placed.source
        and orders.order_id = placed.order_id
