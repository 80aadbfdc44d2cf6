-- Figures that belong to a version rather than to a reading of a day: what came too late to be counted, what was
-- paid back beyond what was paid, and what was paid to date, which has to equal the customers table (revenue in =
-- revenue out across identity).
with orders as (
    select
        as_of_date,
        source,
        order_id,
        one_id,
        paid_date,
        version_date,
        goods_paid_fen,
        excess_refund_fen
    from {{ states_at(ref('order_states')) }} as states
),

attributed as (
    select
        as_of_date,
        goods_paid_fen,
        excess_refund_fen,
        case when one_id is null then 'walk_in' else 'identified' end as buyer
    from orders
),

-- Known anew since the day's last restatement: late, unless an earlier version was counted then (a shipped order that
-- is finished weeks later is no late one).
changed_since as (
    select
        reading_plan.as_of_date,
        reading_plan.kpi_date,
        reading_plan.reading_date,
        orders.source,
        orders.order_id
    from orders
    inner join {{ ref('reading_plan') }} as reading_plan
        on orders.as_of_date = reading_plan.as_of_date and orders.paid_date = reading_plan.kpi_date
    where reading_plan.is_published and orders.version_date > reading_plan.reading_date
)

select
    as_of_date,
    as_of_date as kpi_date,
    'paid_to_date' as kpi,
    'buyer' as dimension,
    buyer as value_key,
    cast(sum(goods_paid_fen) as bigint) as numerator,
    count(*) as denominator
from attributed
group by as_of_date, buyer
union all
select
    as_of_date,
    as_of_date as kpi_date,
    'refund_excess',
    'buyer',
    buyer,
    cast(sum(excess_refund_fen) as bigint),
    count(*)
from attributed
where excess_refund_fen > 0
group by as_of_date, buyer
union all
select
    changed.as_of_date,
    changed.kpi_date,
    'late_beyond_window',
    'all',
    'all',
    count(*),
    null
from changed_since as changed
-- What stood at the reading and was known anew since has ended since.
left join {{ ref('order_states') }} as counted
    on
        changed.source = counted.source
        and changed.order_id = counted.order_id
        and counted.from_date <= changed.reading_date
        and counted.to_date > changed.reading_date
where counted.order_id is null
group by changed.as_of_date, changed.kpi_date
