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
),

-- Known anew since the day's last restatement: late, unless an earlier version was counted then (a shipped order that
-- is finished weeks later is no late one).
changed_since as (
    select
        kpi_days.as_of_date,
        kpi_days.kpi_date,
        orders.source,
        orders.order_id,
        readings.ends_at,
        readings.cut_off_at
    from orders
    inner join {{ ref('kpi_days') }} as kpi_days
        on orders.as_of_date = kpi_days.as_of_date and {{ business_date('orders.paid_at') }} = kpi_days.kpi_date
    inner join {{ run_dates('kpi') }} as readings
        on kpi_days.reading_date = readings.as_of_date
    where kpi_days.is_published and orders.known_at > readings.cut_off_at
),

counted_then as (
    select distinct
        changed.as_of_date,
        changed.kpi_date,
        changed.source,
        changed.order_id
    from changed_since as changed
    inner join {{ ref('orders') }} as versions
        on
            changed.source = versions.source
            and changed.order_id = versions.order_id
            and versions.known_at <= changed.cut_off_at
            and (versions.superseded_at is null or versions.superseded_at > changed.cut_off_at)
    where
        versions.paid_at < changed.ends_at
        and (versions.cancelled_at is null or versions.cancelled_at >= changed.ends_at)
        and coalesce(versions.order_type, 'normal') not in ('test', 'gift', 'exchange')
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
    changed.as_of_date,
    changed.kpi_date,
    'late_beyond_window',
    'all',
    'all',
    count(*),
    null
from changed_since as changed
left join counted_then as counted
    on
        changed.as_of_date = counted.as_of_date
        and changed.kpi_date = counted.kpi_date
        and changed.source = counted.source
        and changed.order_id = counted.order_id
where counted.order_id is null
group by 1, 2
