-- New buyers of a day, what they cost, and how many of those of 90 days before have bought on a second day. What was
-- given back in full is no purchase (segments.paid_orders). Where only known people bought, new buyers are 0.
with readings as (
    select distinct
        kpi_days.kpi_date,
        kpi_days.reading_date,
        dates.ends_at,
        dates.cut_off_at
    from {{ ref('kpi_days') }} as kpi_days
    inner join {{ run_dates('kpi') }} as dates
        on kpi_days.reading_date = dates.as_of_date
    where kpi_days.is_published
),

cohort_days as (
    select *, kpi_date as first_date from readings
    union all
    select *, {{ add_days('kpi_date', '-90') }} as first_date from readings
),

test_records as (
    select
        known.as_of_date,
        known.source,
        known.customer_id
    from {{ known_versions(ref('customers'), 'kpi') }} as known
    where known.is_test
),

order_refunds as (
    select
        known.as_of_date,
        known.source,
        known.order_id,
        sum(known.amount_fen) as refunded_fen,
        max(case when known.includes_freight then 1 else 0 end) = 1 as is_freight_refunded
    from {{ known_versions(ref('refunds'), 'kpi') }} as known
    where known.status = 'succeeded' and known.refunded_at < known.ends_at and known.order_id is not null
    group by 1, 2, 3
),

-- Orders that were tests or given back in full, as known at a reading: few, and found once instead of at every look-up.
uncounted as (
    select distinct
        days.reading_date,
        orders.order_key
    from (select distinct reading_date, cut_off_at from readings) as days
    inner join {{ ref('order_versions') }} as orders
        on
            orders.known_at <= days.cut_off_at
            and (orders.superseded_at is null or orders.superseded_at > days.cut_off_at)
    left join test_records
        on
            days.reading_date = test_records.as_of_date
            and orders.source = test_records.source
            and orders.customer_id = test_records.customer_id
    left join order_refunds
        on
            days.reading_date = order_refunds.as_of_date
            and orders.source = order_refunds.source
            and orders.order_id = order_refunds.order_id
    where
        (orders.is_ever_test or orders.is_ever_refunded)
        and (
            test_records.customer_id is not null
            or order_refunds.refunded_fen
            >= orders.paid_fen - case when order_refunds.is_freight_refunded then 0 else orders.freight_fen end
        )
),

-- distinct before the rest of their orders is looked up: else the planner begins with every order at every date
candidates as (
    select distinct
        days.kpi_date,
        days.reading_date,
        days.first_date,
        days.ends_at,
        days.cut_off_at,
        orders.person_key
    from cohort_days as days
    inner join {{ ref('order_versions') }} as orders
        on
            days.first_date = {{ business_date('orders.paid_at') }}
            and orders.known_at <= days.cut_off_at
            and (orders.superseded_at is null or orders.superseded_at > days.cut_off_at)
    left join uncounted
        on days.reading_date = uncounted.reading_date and orders.order_key = uncounted.order_key
    where
        uncounted.order_key is null
        and (orders.cancelled_at is null or orders.cancelled_at >= days.ends_at)
),

bought as (
    select
        candidates.kpi_date,
        candidates.reading_date,
        candidates.first_date,
        candidates.person_key,
        min({{ business_date('orders.paid_at') }}) as first_order_date,
        max(case
            when
                {{ business_date('orders.paid_at') }} > candidates.first_date
                and {{ business_date('orders.paid_at') }} <= candidates.kpi_date
                then 1
            else 0
        end) as bought_again
    from candidates
    inner join {{ ref('order_versions') }} as orders
        on
            candidates.person_key = orders.person_key
            and orders.known_at <= candidates.cut_off_at
            and (orders.superseded_at is null or orders.superseded_at > candidates.cut_off_at)
    left join uncounted
        on candidates.reading_date = uncounted.reading_date and orders.order_key = uncounted.order_key
    where
        orders.paid_at < candidates.ends_at
        and (orders.cancelled_at is null or orders.cancelled_at >= candidates.ends_at)
        and uncounted.order_key is null
    group by 1, 2, 3, 4
),

cohorts as (
    select
        kpi_date,
        reading_date,
        first_date,
        sum(case when first_order_date = first_date then 1 else 0 end) as first_buyers,
        sum(case when first_order_date = first_date then bought_again else 0 end) as repeat_buyers
    from bought
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
