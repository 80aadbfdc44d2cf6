-- Coupons of a day: issued, redeemed and what they cost. The cost is the discount of the orders that redeemed them,
-- each order once; where no order is known, the face value. Before the first coupon is known nothing is said, not 0.
with readings as (
    select
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
    where is_published
),

-- The earliest coupon by the date it was known at: what is known later changes nothing before it.
known_first as (
    select
        from_date,
        min(issued_date) as first_date
    from {{ ref('coupon_states') }}
    group by from_date
),

covered as (
    select distinct
        readings.kpi_date,
        readings.reading_date
    from readings
    inner join known_first
        on readings.kpi_date >= known_first.first_date and readings.reading_date >= known_first.from_date
),

by_order as (
    select
        kpi_date,
        reading_date,
        step,
        count(*) as coupons,
        case
            when max(order_discount_fen) is not null then max(order_discount_fen)
            when count(face_value_fen) = count(*) then sum(face_value_fen)
        end as cost_fen
    from {{ ref('kpi_coupons') }}
    group by kpi_date, reading_date, step, source, coalesce(redeeming_order_id, concat('coupon ', coupon_id))
),

counted as (
    select
        covered.kpi_date,
        covered.reading_date,
        sum(case when by_order.step = 'issued' then by_order.coupons else 0 end) as issued,
        sum(case when by_order.step = 'redeemed' then by_order.coupons else 0 end) as redeemed,
        -- one that was only issued has no cost
        sum(case when by_order.cost_fen is not null then by_order.coupons else 0 end) as costed,
        sum(by_order.cost_fen) as cost_fen
    from covered
    left join by_order
        on covered.kpi_date = by_order.kpi_date and covered.reading_date = by_order.reading_date
    group by covered.kpi_date, covered.reading_date
)

select
    kpi_date,
    reading_date,
    'coupons_issued' as kpi,
    'all' as dimension,
    'all' as value_key,
    issued as numerator,
    null as denominator
from counted
union all
select
    kpi_date,
    reading_date,
    'coupons_redeemed' as kpi,
    'all' as dimension,
    'all' as value_key,
    redeemed as numerator,
    null as denominator
from counted
union all
select
    kpi_date,
    reading_date,
    'coupon_cost' as kpi,
    'all' as dimension,
    'all' as value_key,
    case when redeemed = 0 then 0 else cost_fen end as numerator,
    costed as denominator
from counted
union all
select
    kpi_date,
    reading_date,
    'coupons_uncosted' as kpi,
    'all' as dimension,
    'all' as value_key,
    redeemed - costed as numerator,
    null as denominator
from counted
