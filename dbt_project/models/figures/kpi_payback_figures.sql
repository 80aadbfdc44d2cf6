-- CAC回本: the number of the order at which the margin of an average buyer's orders has repaid what a new buyer cost.
-- Unknown where cost or margin is, and then a row says which.
with dates as (
    select
        as_of_date,
        ends_at
    from {{ run_dates('as_of') }} as run_dates
),

spend as (
    select
        costs_at_date.as_of_date,
        sum(costs_at_date.spend_fen) as spend_fen
    from {{ states_at(ref('cost_states')) }} as costs_at_date
    where
        costs_at_date.cost_date <= costs_at_date.as_of_date
        and costs_at_date.cost_date > {{ add_days('costs_at_date.as_of_date', '-' ~ var('kpi_days')) }}
    group by costs_at_date.as_of_date
),

new_buyers as (
    select
        stages.as_of_date,
        count(*) as new_buyers
    from {{ ref('purchase_stages') }} as stages
    where
        {{ among_dates('stages.as_of_date', dates_of('as_of')) }}
        and stages.first_order_date > {{ add_days('stages.as_of_date', '-' ~ var('kpi_days')) }}
    group by stages.as_of_date
),

margins as (
    select
        as_of_date,
        max(margin_rate) as margin_rate
    from {{ ref('recall_people') }}
    group by as_of_date
),

order_values as (
    select
        as_of_date,
        cast(sum(net_paid_fen_365d) as decimal(38, 10)) / nullif(sum(order_count_365d), 0) as net_fen
    from {{ ref('customer_orders') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date
),

facts as (
    select
        dates.as_of_date,
        cast(spend.spend_fen as decimal(38, 10)) / new_buyers.new_buyers as cost_fen,
        margins.margin_rate * order_values.net_fen as margin_fen
    from dates
    left join spend on dates.as_of_date = spend.as_of_date
    left join new_buyers on dates.as_of_date = new_buyers.as_of_date
    left join margins on dates.as_of_date = margins.as_of_date
    left join order_values on dates.as_of_date = order_values.as_of_date
)

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
