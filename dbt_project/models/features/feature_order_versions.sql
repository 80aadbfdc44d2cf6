{{ config(materialized='table') }}
-- One row per version of a paid order of a known record, with integer keys: what feature dates choose from.
with records as (
    select distinct
        source,
        customer_id,
        record_key
    from {{ ref('feature_records') }}
),

refunded_orders as (
    select distinct
        source,
        order_id
    from {{ ref('refunds') }}
    where status = 'succeeded'
)

select
    records.record_key,
    dense_rank() over (order by orders.source, orders.order_id) as order_key,
    orders.source,
    orders.order_id,
    orders.channel,
    orders.store_id,
    orders.paid_at,
    orders.cancelled_at,
    orders.coupon_id is not null as has_coupon,
    refunded_orders.order_id is not null as may_be_refunded,
    orders.paid_fen as tender_fen,
    orders.paid_fen - coalesce(orders.freight_fen, 0) as paid_fen,
    coalesce(orders.discount_fen, 0) as discount_fen,
    orders.known_at,
    orders.superseded_at
from {{ ref('orders') }} as orders
inner join records
    on orders.source = records.source and orders.customer_id = records.customer_id
left join refunded_orders
    on orders.source = refunded_orders.source and orders.order_id = refunded_orders.order_id
where
    orders.paid_at is not null
    and coalesce(orders.order_type, 'normal') not in ('test', 'gift', 'exchange')
