-- One row per paid order of a day, as known at a reading of that day. Walk-ins have no one_id. The day is looked up
-- before the version: every order's version at every reading would be 20 million rows.
with readings as (
    select distinct
        days.kpi_date,
        days.reading_date,
        dates.ends_at,
        dates.cut_off_at
    from {{ ref('kpi_days') }} as days
    inner join {{ run_dates('kpi') }} as dates on days.reading_date = dates.as_of_date
),

orders as (
    select
        readings.kpi_date,
        readings.reading_date,
        readings.cut_off_at,
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.channel,
        orders.store_id,
        orders.staff_id,
        orders.paid_at,
        coalesce(orders.paid_fen, 0) - coalesce(orders.freight_fen, 0) as paid_fen
    from {{ ref('orders') }} as orders
    inner join readings
        on
            {{ business_date('orders.paid_at') }} = readings.kpi_date
            and orders.known_at <= readings.cut_off_at
            and (orders.superseded_at is null or orders.superseded_at > readings.cut_off_at)
    where
        orders.paid_at < readings.ends_at
        and (orders.cancelled_at is null or orders.cancelled_at >= readings.ends_at)
        and coalesce(orders.order_type, 'normal') not in ('test', 'gift', 'exchange')
),

test_records as (
    select
        customers.as_of_date,
        customers.source,
        customers.customer_id
    from {{ known_versions(ref('customers'), 'kpi') }} as customers
    where customers.is_test
)

select
    orders.kpi_date,
    orders.reading_date,
    orders.source,
    orders.order_id,
    orders.customer_id,
    records.one_id,
    orders.channel,
    orders.store_id,
    orders.staff_id,
    orders.paid_at,
    orders.paid_fen
from orders
left join test_records
    on
        orders.reading_date = test_records.as_of_date
        and orders.source = test_records.source
        and orders.customer_id = test_records.customer_id
left join {{ ref('source_records') }} as records
    on
        orders.source = records.source
        and orders.customer_id = records.customer_id
        and records.known_from <= orders.cut_off_at
        and (records.known_to is null or records.known_to > orders.cut_off_at)
where test_records.customer_id is null
