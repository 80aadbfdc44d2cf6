-- One row per (as_of_date, source, order_id): a paid order of a known customer as it stood at the date, with what
-- had been refunded by then. A view: eight million rows on the demo's dates, which nobody needs to keep.
{{ config(materialized='view') }}

-- Parted before the dates, so that only the few carry the texts they are looked up by through every date.
with exceptional_versions as (
    select *
    from {{ ref('order_versions') }}
    where is_ever_refunded or is_ever_test
),

ordinary_versions as (
    select *
    from {{ ref('order_versions') }}
    where not is_ever_refunded and not is_ever_test
),

-- Several succeeded refunds of one order add up. Freight is mostly not given back with the goods.
order_refunds as (
    select
        as_of_date,
        source,
        order_id,
        sum(amount_fen) as refunded_fen,
        max(case when includes_freight then 1 else 0 end) = 1 as is_freight_refunded
    from {{ known_versions(ref('refunds'), 'all') }} as known
    where status = 'succeeded' and refunded_at < ends_at and order_id is not null
    group by as_of_date, source, order_id
),

test_records as (
    select
        as_of_date,
        source,
        customer_id
    from {{ known_versions(ref('customers'), 'all') }} as known
    where is_test
),

-- Few orders are ever refunded or belong to a test account: only those look up what was known of them at the date.
exceptional as (
    select
        orders.*,
        coalesce(order_refunds.refunded_fen, 0) as refunded_fen,
        coalesce(order_refunds.is_freight_refunded, false) as is_freight_refunded
    from {{ known_versions('exceptional_versions', 'all') }} as orders
    left join order_refunds
        on
            orders.as_of_date = order_refunds.as_of_date
            and orders.source = order_refunds.source
            and orders.order_id = order_refunds.order_id
    left join test_records
        on
            orders.as_of_date = test_records.as_of_date
            and orders.source = test_records.source
            and orders.customer_id = test_records.customer_id
    where test_records.customer_id is null
),

together as (
    select * from exceptional
    union all
    select
        *,
        0 as refunded_fen,
        false as is_freight_refunded
    from {{ known_versions('ordinary_versions', 'all') }} as orders
)

select
    as_of_date,
    ends_at,
    person_key,
    order_key,
    version_key,
    one_id,
    source,
    order_id,
    channel,
    ordered_at,
    order_date,
    order_hour,
    {{ days_between('order_date', 'as_of_date') }} as age_days,
    paid_fen - freight_fen as paid_fen,
    freight_fen,
    discount_fen,
    cast(refunded_fen as bigint) as refunded_fen,
    refunded_fen = 0
    or paid_fen <= 0
    or refunded_fen < paid_fen - case when is_freight_refunded then 0 else freight_fen end as is_kept,
    store_id,
    staff_id
from together
where ordered_at < ends_at and paid_at < ends_at and (cancelled_at is null or cancelled_at >= ends_at)
