-- What each member of staff sold to their friends in the days that kpi_daily covers, and beside it what lots say that
-- their messages and calls earned: most of the former would have come anyway. Where no lot has decided about their
-- friends the latter is unknown.
with sold as (
    select
        plan.as_of_date,
        orders.staff_id,
        sum(orders.goods_paid_fen) as private_gmv_fen
    from {{ ref('reading_plan') }} as plan
    inner join {{ ref('kpi_private_orders') }} as orders
        on plan.kpi_date = orders.kpi_date and plan.reading_date = orders.reading_date
    where plan.is_published
    group by plan.as_of_date, orders.staff_id
),

effects as (
    select *
    from {{ ref('staff_effects') }}
    where staff_id is not null
),

known as (
    select
        as_of_date,
        staff_id
    from sold
    union
    select
        as_of_date,
        staff_id
    from effects
)

select
    known.as_of_date,
    known.staff_id,
    cast(sold.private_gmv_fen as bigint) as private_gmv_fen,
    effects.sent,
    effects.held_back,
    effects.sent_margin_fen,
    effects.held_back_margin_fen,
    effects.cost_fen,
    effects.incremental_profit_fen,
    effects.incremental_low_fen,
    effects.incremental_high_fen
from known
left join sold on known.as_of_date = sold.as_of_date and known.staff_id = sold.staff_id
left join effects on known.as_of_date = effects.as_of_date and known.staff_id = effects.staff_id
