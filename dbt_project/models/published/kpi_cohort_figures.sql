-- New buyers of a day, what they cost, and how many of those of 90 days before have bought on a second day.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('kpi_days') }}
    where is_published
),

cohort_days as (
    select kpi_date, reading_date, kpi_date as first_date from readings
    union all
    select kpi_date, reading_date, {{ add_days('kpi_date', '-90') }} from readings
),

orders as (
    select
        known.as_of_date as reading_date,
        known.cut_off_at,
        known.source,
        known.customer_id,
        {{ business_date('known.paid_at') }} as order_date
    from {{ known_versions(ref('orders'), 'kpi') }} as known
    where
        known.paid_at < known.ends_at
        and (known.cancelled_at is null or known.cancelled_at >= known.ends_at)
        and coalesce(known.order_type, 'normal') not in ('test', 'gift', 'exchange')
        and known.customer_id is not null
),

candidates as (
    select distinct
        cohort_days.kpi_date,
        cohort_days.reading_date,
        cohort_days.first_date,
        orders.cut_off_at,
        records.one_id
    from orders
    inner join cohort_days
        on orders.reading_date = cohort_days.reading_date and orders.order_date = cohort_days.first_date
    inner join {{ ref('source_records') }} as records
        on
            orders.source = records.source
            and orders.customer_id = records.customer_id
            and records.known_from <= orders.cut_off_at
            and (records.known_to is null or records.known_to > orders.cut_off_at)
),

bought as (
    select
        candidates.kpi_date,
        candidates.reading_date,
        candidates.first_date,
        candidates.one_id,
        min(orders.order_date) as first_order_date,
        max(case
            when orders.order_date > candidates.first_date and orders.order_date <= candidates.kpi_date then 1 else 0
        end) as bought_again
    from candidates
    inner join {{ ref('source_records') }} as records
        on
            candidates.one_id = records.one_id
            and records.known_from <= candidates.cut_off_at
            and (records.known_to is null or records.known_to > candidates.cut_off_at)
    inner join orders
        on
            candidates.reading_date = orders.reading_date
            and records.source = orders.source
            and records.customer_id = orders.customer_id
    group by 1, 2, 3, 4
),

cohorts as (
    select
        kpi_date,
        reading_date,
        first_date,
        count(*) as first_buyers,
        sum(bought_again) as repeat_buyers
    from bought
    where first_order_date = first_date
    group by 1, 2, 3
),

spend as (
    select
        readings.kpi_date,
        readings.reading_date,
        sum(costs.spend_fen) as spend_fen
    from {{ known_versions(ref('channel_costs'), 'kpi') }} as costs
    inner join readings
        on costs.as_of_date = readings.reading_date and costs.cost_date = readings.kpi_date
    group by 1, 2
)

select kpi_date, reading_date, 'repurchase_rate' as kpi, 'all' as dimension, 'all' as value_key, repeat_buyers as numerator, first_buyers as denominator
from cohorts
where first_date < kpi_date
union all
select kpi_date, reading_date, 'new_buyers', 'all', 'all', first_buyers, null
from cohorts
where first_date = kpi_date
union all
select spend.kpi_date, spend.reading_date, 'acquisition_cost', 'all', 'all', spend.spend_fen, cohorts.first_buyers
from spend
left join cohorts
    on
        spend.kpi_date = cohorts.kpi_date
        and spend.reading_date = cohorts.reading_date
        and cohorts.first_date = cohorts.kpi_date
