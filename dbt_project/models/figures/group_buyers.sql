-- One row per (as_of_date, one_id) of everybody in a chat group and of every friend in none: what they ordered in the
-- last four weeks, and how often before. A member is compared with friends in no group who had bought as often before.
with people as (
    select distinct
        as_of_date,
        one_id,
        true as is_member
    from {{ ref('group_members') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
    union all
    select distinct
        follows.as_of_date,
        follows.one_id,
        false as is_member
    from {{ ref('staff_follows') }} as follows
    inner join {{ ref('customer_profile') }} as profile
        on follows.as_of_date = profile.as_of_date and follows.one_id = profile.one_id
    left join {{ ref('group_members') }} as members
        on follows.as_of_date = members.as_of_date and follows.one_id = members.one_id
    where
        follows.is_active
        and not profile.is_test
        and not profile.is_staff
        and members.one_id is null
        and {{ among_dates('follows.as_of_date', dates_of('as_of')) }}
),

-- What is known of the cost of what was bought within the window.
costs as (
    select
        orders.as_of_date,
        orders.source,
        orders.order_id,
        sum(lines.line_fen) as costed_fen,
        sum(lines.line_fen - lines.cost_fen) as margin_fen
    from {{ ref('paid_orders') }} as orders
    inner join {{ ref('line_states') }} as lines
        on
            orders.source = lines.source
            and orders.order_id = lines.order_id
            and lines.from_date <= orders.as_of_date
            and (lines.to_date is null or lines.to_date > orders.as_of_date)
    where
        orders.counts_as_purchase
        and orders.age_days < {{ segment_number('group_window_days') }}
        and lines.cost_fen is not null
        and {{ among_dates('orders.as_of_date', dates_of('as_of')) }}
    group by orders.as_of_date, orders.source, orders.order_id
),

margins as (
    select
        orders.as_of_date,
        orders.one_id,
        sum(
            cast(orders.goods_paid_fen - orders.refunded_fen as decimal(38, 6))
            * costs.margin_fen / nullif(costs.costed_fen, 0)
        ) as margin_fen
    from {{ ref('paid_orders') }} as orders
    inner join costs
        on
            orders.as_of_date = costs.as_of_date
            and orders.source = costs.source
            and orders.order_id = costs.order_id
    where {{ among_dates('orders.as_of_date', dates_of('as_of')) }}
    group by orders.as_of_date, orders.one_id
),

orders as (
    select
        as_of_date,
        one_id,
        sum(case when age_days < {{ segment_number('group_window_days') }} then 1 else 0 end) as orders,
        sum(
            case
                when age_days < {{ segment_number('group_window_days') }} then goods_paid_fen - refunded_fen
                else 0
            end
        ) as net_paid_fen,
        sum(
            case
                when age_days < {{ segment_number('group_window_days') }} then 0
                when age_days <= {{ segment_number('order_window_days') }} then 1
                else 0
            end
        ) as orders_before
    from {{ ref('paid_orders') }}
    where counts_as_purchase and {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, one_id
)

select
    people.as_of_date,
    people.one_id,
    people.is_member,
    coalesce(orders.orders, 0) > 0 as has_ordered,
    coalesce(orders.net_paid_fen, 0) as net_paid_fen,
    -- nobody who bought nothing earned the brand anything; of who bought what has no known cost it is not known
    case when coalesce(orders.orders, 0) = 0 then 0 else cast(round(margins.margin_fen, 0) as bigint) end as margin_fen,
    case
        when coalesce(orders.orders_before, 0) < 2 then coalesce(orders.orders_before, 0)
        when orders.orders_before < 5 then 2
        when orders.orders_before < 10 then 5
        else 10
    end as orders_before_from
from people
left join orders on people.as_of_date = orders.as_of_date and people.one_id = orders.one_id
left join margins on people.as_of_date = margins.as_of_date and people.one_id = margins.one_id
