-- Figures that belong to a version rather than to a reading of a day: what came too late to be counted, and what was
-- paid to date, which has to equal the customers table (revenue in = revenue out across identity).
with orders as (
    select
        known.as_of_date,
        known.source,
        known.order_id,
        known.customer_id,
        known.paid_at,
        known.known_at,
        coalesce(known.paid_fen, 0) - coalesce(known.freight_fen, 0) as paid_fen
    from {{ known_versions(ref('orders'), 'as_of') }} as known
    where
        known.paid_at < known.ends_at
        and (known.cancelled_at is null or known.cancelled_at >= known.ends_at)
        and coalesce(known.order_type, 'normal') not in ('test', 'gift', 'exchange')
),

-- When an order was first known as a paid one: a later version of it (shipped, finished) is no late arrival.
first_known as (
    select
        source,
        order_id,
        min(known_at) as first_known_at
    from {{ ref('orders') }}
    where paid_at is not null
    group by 1, 2
),

test_records as (
    select
        customers.as_of_date,
        customers.source,
        customers.customer_id
    from {{ known_versions(ref('customers'), 'as_of') }} as customers
    where customers.is_test
),

attributed as (
    select
        orders.as_of_date,
        orders.paid_fen,
        case when records.one_id is null then 'walk_in' else 'identified' end as buyer
    from orders
    left join {{ ref('customer_records') }} as records
        on
            orders.as_of_date = records.as_of_date
            and orders.source = records.source
            and orders.customer_id = records.customer_id
    left join test_records
        on
            orders.as_of_date = test_records.as_of_date
            and orders.source = test_records.source
            and orders.customer_id = test_records.customer_id
    where test_records.customer_id is null
)

select
    as_of_date,
    as_of_date as kpi_date,
    'paid_to_date' as kpi,
    'buyer' as dimension,
    buyer as value_key,
    cast(sum(paid_fen) as bigint) as numerator,
    count(*) as denominator
from attributed
group by 1, 2, 3, 4, 5
union all
select
    kpi_days.as_of_date,
    kpi_days.kpi_date,
    'late_beyond_window',
    'all',
    'all',
    count(*),
    null
from orders
inner join first_known
    on orders.source = first_known.source and orders.order_id = first_known.order_id
inner join {{ ref('kpi_days') }} as kpi_days
    on orders.as_of_date = kpi_days.as_of_date and {{ business_date('orders.paid_at') }} = kpi_days.kpi_date
inner join {{ run_dates('kpi') }} as readings
    on kpi_days.reading_date = readings.as_of_date
where kpi_days.is_published and first_known.first_known_at > readings.cut_off_at
group by 1, 2
