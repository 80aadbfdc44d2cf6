-- 获客成本 of the days that kpi_daily covers by channel, path and campaign, and CAC回本: the number of the order at which
-- the margin of an average buyer's orders has repaid it, and the day since the first order by which the margin of such
-- buyers did. Unknown where cost or margin is, and then a row says which.
with order_values as (
    select
        as_of_date,
        cast(sum(net_paid_fen_365d) as decimal(38, 10)) / nullif(sum(order_count_365d), 0) as net_fen
    from {{ ref('customer_orders') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date
),

known as (
    select
        costs.*,
        costs.margin_rate * order_values.net_fen as margin_fen
    from {{ ref('acquisition_costs') }} as costs
    left join order_values on costs.as_of_date = order_values.as_of_date
    where {{ among_dates('costs.as_of_date', dates_of('as_of')) }}
),

-- Also of a date without a cost and without a buyer, or nothing would say why.
facts as (
    select
        dates.as_of_date,
        known.cost_fen,
        known.margin_fen
    from {{ run_dates('as_of') }} as dates
    left join known on dates.as_of_date = known.as_of_date and known.dimension = 'all'
)

select
    as_of_date,
    as_of_date as kpi_date,
    'acquisition_cost_90d' as kpi,
    dimension,
    value_key,
    cast(spend_fen as decimal(38, 10)) as numerator,
    new_buyers as denominator
from known
where spend_fen is not null
union all
select
    as_of_date,
    as_of_date as kpi_date,
    'cac_payback_days' as kpi,
    dimension,
    value_key,
    payback_days as numerator,
    null as denominator
from known
where cost_fen is not null
union all
select
    as_of_date,
    as_of_date as kpi_date,
    'cac_payback_order' as kpi,
    dimension,
    value_key,
    case when margin_fen > 0 then ceil(round(cost_fen / margin_fen, 6)) end as numerator,
    null as denominator
from known
where dimension <> 'all' and cost_fen is not null
union all
select
    facts.as_of_date,
    facts.as_of_date as kpi_date,
    'cac_payback_order' as kpi,
    'all' as dimension,
    'all' as value_key,
    case when facts.margin_fen > 0 then ceil(round(facts.cost_fen / facts.margin_fen, 6)) end as numerator,
    null as denominator
from facts
union all
select
    facts.as_of_date,
    facts.as_of_date as kpi_date,
    'cac_payback_order' as kpi,
    'unknown_because' as dimension,
    case
        when facts.cost_fen is null then 'no_cost_of_a_new_buyer'
        when facts.margin_fen is null then 'no_margin_known'
        else 'no_margin_earned'
    end as value_key,
    null as numerator,
    null as denominator
from facts
where facts.cost_fen is null or facts.margin_fen is null or facts.margin_fen <= 0
