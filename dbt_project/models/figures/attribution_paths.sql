-- One row per path and touch day. A path is what touched a buyer in the window before an order, or whom nothing has
-- moved to an order yet: the touches of the window since their last one. An order that nothing touched is a path with
-- one row of no channel. A test account has no path. Whose an order is, is said as touches are, as known at the date;
-- an order that no longer stands then is whose it was at the reading of its day.
with owners as (
    select
        as_of_date,
        source,
        order_id,
        one_id
    from {{ states_at(ref('order_states')) }} as orders_at_date
),

orders as (
    select
        reading_plan.as_of_date,
        windows.window_days,
        orders.source,
        orders.order_id,
        case when owners.order_id is null then orders.one_id else owners.one_id end as one_id,
        orders.kpi_date as order_date,
        orders.goods_paid_fen
    from {{ ref('kpi_orders') }} as orders
    inner join {{ ref('reading_plan') }} as reading_plan
        on orders.kpi_date = reading_plan.kpi_date and orders.reading_date = reading_plan.reading_date
    inner join {{ ref('attribution_windows') }} as windows
        on orders.kpi_date > {{ add_days('reading_plan.as_of_date', '- windows.window_days') }}
    left join owners
        on
            reading_plan.as_of_date = owners.as_of_date
            and orders.source = owners.source
            and orders.order_id = owners.order_id
    where reading_plan.is_published
),

last_orders as (
    select
        as_of_date,
        window_days,
        one_id,
        max(order_date) as order_date
    from orders
    where one_id is not null
    group by as_of_date, window_days, one_id
)

select
    orders.as_of_date,
    orders.window_days,
    orders.source,
    orders.order_id,
    orders.one_id,
    orders.order_date,
    orders.goods_paid_fen,
    touches.channel,
    touches.touch_date
from orders
left join {{ ref('attribution_touches') }} as touches
    on
        orders.as_of_date = touches.as_of_date
        and orders.one_id = touches.one_id
        and touches.touch_date <= orders.order_date
        and touches.touch_date > {{ add_days('orders.order_date', '- orders.window_days') }}
union all
select
    touches.as_of_date,
    windows.window_days,
    cast(null as varchar) as source,
    cast(null as varchar) as order_id,
    touches.one_id,
    cast(null as date) as order_date,
    cast(null as bigint) as goods_paid_fen,
    touches.channel,
    touches.touch_date
from {{ ref('attribution_touches') }} as touches
inner join {{ ref('attribution_windows') }} as windows
    on
        touches.touch_date > {{ add_days('touches.as_of_date', '- windows.window_days') }}
        and touches.touch_date <= touches.as_of_date
left join last_orders
    on
        touches.as_of_date = last_orders.as_of_date
        and windows.window_days = last_orders.window_days
        and touches.one_id = last_orders.one_id
left join {{ ref('hard_rules') }} as hard_rules
    on touches.as_of_date = hard_rules.as_of_date and touches.one_id = hard_rules.one_id
where
    (last_orders.one_id is null or touches.touch_date > last_orders.order_date)
    and not coalesce(hard_rules.is_test, false)
