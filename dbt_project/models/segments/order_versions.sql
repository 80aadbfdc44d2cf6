-- One row per version of a customer's order and one_id it was known under, with the time it was known that way. Joined
-- to identity once, before the dates: per date it is 8 million string look-ups instead of 140 thousand (9 s against 2).
-- The keys are numbers for joining within a run and mean nothing outside it.
{{ config(materialized='table') }}

with orders as (
    select
        source,
        order_id,
        customer_id,
        channel,
        ordered_at,
        paid_at,
        cancelled_at,
        {{ business_date('ordered_at') }} as order_date,
        cast({{ local_hour('ordered_at') }} as bigint) as order_hour,
        paid_fen,
        coalesce(freight_fen, 0) as freight_fen,
        coalesce(discount_fen, 0) as discount_fen,
        store_id,
        staff_id,
        known_at as order_known_at,
        superseded_at
    from {{ ref('orders') }}
    where
        customer_id is not null
        and paid_at is not null
        and coalesce(order_type, 'normal') not in ('test', 'gift', 'exchange')
),

refunded_orders as (
    select distinct
        source,
        order_id
    from {{ ref('refunds') }}
    where order_id is not null and status = 'succeeded'
),

test_records as (
    select distinct
        source,
        customer_id
    from {{ ref('customers') }}
    where is_test
),

owned as (
    select
        orders.*,
        source_records.one_id,
        greatest(orders.order_known_at, source_records.known_from) as owned_from,
        least(
            coalesce(orders.superseded_at, source_records.known_to),
            coalesce(source_records.known_to, orders.superseded_at)
        ) as owned_to
    from orders
    inner join {{ ref('source_records') }} as source_records
        on orders.source = source_records.source and orders.customer_id = source_records.customer_id
)

select
    dense_rank() over (order by owned.one_id) as person_key,
    dense_rank() over (order by owned.source, owned.order_id) as order_key,
    -- Names the order's version, lines included: they inherit their order's known_at.
    dense_rank() over (order by owned.source, owned.order_id, owned.order_known_at) as version_key,
    owned.source,
    owned.order_id,
    owned.customer_id,
    owned.one_id,
    owned.channel,
    owned.ordered_at,
    owned.paid_at,
    owned.cancelled_at,
    owned.order_date,
    owned.order_hour,
    owned.paid_fen,
    owned.freight_fen,
    owned.discount_fen,
    owned.store_id,
    owned.staff_id,
    refunded_orders.order_id is not null as is_ever_refunded,
    test_records.customer_id is not null as is_ever_test,
    owned.owned_from as known_at,
    owned.owned_to as superseded_at
from owned
left join refunded_orders on owned.source = refunded_orders.source and owned.order_id = refunded_orders.order_id
left join test_records on owned.source = test_records.source and owned.customer_id = test_records.customer_id
where owned.owned_to is null or owned.owned_to > owned.owned_from
