-- New buyers of a day, what they cost, and how many of those of 90 days before have bought on a second day. What was
-- given back in full is no purchase. Where only known people bought, new buyers are 0.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
    where is_published
),

cohort_days as (
    select
        kpi_date,
        reading_date,
        kpi_date as first_date
    from readings
    union all
    select
        kpi_date,
        reading_date,
        {{ add_days('kpi_date', '-90') }} as first_date
    from readings
),

-- distinct before the rest of their orders is looked up: else the planner begins with every order at every date
candidates as (
    select distinct
        days.kpi_date,
        days.reading_date,
        days.first_date,
        orders.person_key
    from cohort_days as days
    inner join {{ ref('order_states') }} as orders
        on
            days.first_date = orders.paid_date
            and orders.from_date <= days.reading_date
            and (orders.to_date is null or orders.to_date > days.reading_date)
    where orders.counts_as_purchase
),

bought as (
    select
        candidates.kpi_date,
        candidates.reading_date,
        candidates.first_date,
        candidates.person_key,
        min(orders.paid_date) as first_order_date,
        max(case
            when orders.paid_date > candidates.first_date and orders.paid_date <= candidates.kpi_date then 1
            else 0
        end) as bought_again
    from candidates
    inner join {{ ref('order_states') }} as orders
        on
            candidates.person_key = orders.person_key
            and orders.from_date <= candidates.reading_date
            and (orders.to_date is null or orders.to_date > candidates.reading_date)
    where orders.counts_as_purchase
    group by candidates.kpi_date, candidates.reading_date, candidates.first_date, candidates.person_key
),

cohorts as (
    select
        kpi_date,
        reading_date,
        first_date,
        sum(case when first_order_date = first_date then 1 else 0 end) as first_buyers,
        sum(case when first_order_date = first_date then bought_again end) as repeat_buyers
    from bought
    group by kpi_date, reading_date, first_date
),

spend as (
    select
        readings.kpi_date,
        readings.reading_date,
        sum(costs.spend_fen) as spend_fen
    from readings
    inner join {{ ref('cost_states') }} as costs
        on
            readings.kpi_date = costs.cost_date
            and costs.from_date <= readings.reading_date
            and (costs.to_date is null or costs.to_date > readings.reading_date)
    group by readings.kpi_date, readings.reading_date
)

select
    kpi_date,
    reading_date,
    'repurchase_rate' as kpi,
    'all' as dimension,
    'all' as value_key,
    repeat_buyers as numerator,
    first_buyers as denominator
from cohorts
where first_date < kpi_date and first_buyers > 0
union all
select kpi_date, reading_date, 'new_buyers', 'all', 'all', first_buyers, null
from cohorts
where first_date = kpi_date
union all
select
    spend.kpi_date, spend.reading_date, 'acquisition_cost', 'all', 'all', spend.spend_fen,
    nullif(cohorts.first_buyers, 0)
from spend
left join cohorts
    on
        spend.kpi_date = cohorts.kpi_date
        and spend.reading_date = cohorts.reading_date
        and cohorts.first_date = cohorts.kpi_date
