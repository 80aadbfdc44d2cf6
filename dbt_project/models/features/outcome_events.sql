{{ config(materialized='table') }}
-- One row per paid order and per message of a closed label window: the deeds that features.outcomes counts. Labels
-- only. An order exactly at the cut-off's end belongs to its label; what counts as known is bounded by the window's own
-- end.
with orders as (
    select
        known.as_of_date,
        known.cut_off_at,
        known.source,
        known.order_id,
        known.customer_id,
        known.paid_fen as tender_fen,
        known.paid_fen - coalesce(known.freight_fen, 0) as paid_fen
    from {{ known_versions(ref('orders'), 'label') }} as known
    where
        known.customer_id is not null
        and known.paid_at >= known.ends_at - interval '{{ var("horizon_days") }}' day
        and known.paid_at < known.ends_at
        and (known.cancelled_at is null or known.cancelled_at >= known.ends_at)
        and coalesce(known.order_type, 'normal') not in ('test', 'gift', 'exchange')
),

refunds as (
    select
        known.as_of_date,
        known.source,
        known.order_id,
        sum(known.amount_fen) as refunded_fen,
        max(case when known.includes_freight then 1 else 0 end) = 1 as is_freight_refunded
    from {{ known_versions(ref('refunds'), 'label') }} as known
    where
        known.status = 'succeeded'
        and known.order_id is not null
        and known.refunded_at >= known.ends_at - interval '{{ var("horizon_days") }}' day
        and known.refunded_at < known.ends_at
    group by known.as_of_date, known.source, known.order_id
)

select
    orders.as_of_date,
    orders.cut_off_at as known_until,
    orders.source,
    orders.customer_id,
    1 as order_count,
    orders.paid_fen - coalesce(refunds.refunded_fen, 0) as net_paid_fen,
    0 as contact_count
from orders
left join refunds
    on
        orders.as_of_date = refunds.as_of_date
        and orders.source = refunds.source
        and orders.order_id = refunds.order_id
-- As segments.paid_orders keeps an order: freight is mostly not given back with the goods.
where
    refunds.refunded_fen is null
    or refunds.refunded_fen < case when refunds.is_freight_refunded then orders.tender_fen else orders.paid_fen end
union all
select
    known.as_of_date,
    known.cut_off_at as known_until,
    known.source,
    known.customer_id,
    0 as order_count,
    0 as net_paid_fen,
    1 as contact_count
from {{ known_versions(ref('messages'), 'label') }} as known
where
    known.customer_id is not null
    and known.sent_at >= known.ends_at - interval '{{ var("horizon_days") }}' day
    and known.sent_at < known.ends_at
    and coalesce(known.status, 'sent') <> 'failed'
    and known.failure_reason is null
