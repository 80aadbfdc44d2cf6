-- One row per version of an order that is a sale (no test, gift or exchange) and was paid at some time: when it was
-- known to say so, as dates from counts_from until before counts_to, and the dates of its steps. Of what was tendered
-- the freight comes off first: an order of 2 yuan with 10 of freight, 8 of them paid, paid no goods and 8 of freight.
{{ config(materialized='view') }}

select
    source,
    order_id,
    customer_id,
    channel,
    ordered_at,
    {{ business_date('ordered_at') }} as order_date,
    cast({{ local_hour('ordered_at') }} as bigint) as order_hour,
    paid_at,
    {{ business_date('paid_at') }} as paid_date,
    {{ business_date('cancelled_at') }} as cancelled_date,
    greatest(coalesce(paid_fen, 0) - coalesce(freight_fen, 0), 0) as goods_paid_fen,
    least(coalesce(paid_fen, 0), coalesce(freight_fen, 0)) as freight_fen,
    coalesce(discount_fen, 0) as discount_fen,
    coalesce(status, '') = 'refunded' as is_refunded,
    store_id,
    staff_id,
    counts_from,
    counts_to
from {{ ref('orders') }}
where
    paid_at is not null
    and coalesce(order_type, 'normal') not in ('test', 'gift', 'exchange')
    and (counts_to is null or counts_to > counts_from)
