{{ config(materialized='table') }}
-- One row per (as_of_date, order_key): the paid orders of the 365 days before the end of a feature date, by the person
-- they belonged to by the links known then. Only the run's dates; the groups below aggregate it.
-- 84 days feed the features; the rest only K (the own p90 gap) and the BG/NBD baseline, which need a longer view.
with orders as (
    select
        known.as_of_date,
        known.record_key,
        known.order_key,
        known.channel,
        known.store_id,
        {{ days_between(business_date('known.paid_at'), 'known.as_of_date') }} as days_ago,
        known.has_coupon,
        known.tender_fen,
        known.paid_fen,
        known.discount_fen
    from {{ known_versions(ref('feature_order_versions'), 'feature') }} as known
    where
        known.paid_at < known.ends_at
        and known.paid_at >= known.ends_at - interval '365' day
        and (known.cancelled_at is null or known.cancelled_at >= known.ends_at)
),

order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('feature_order_versions') }}
    where may_be_refunded
),

refunds as (
    select
        known.as_of_date,
        order_keys.order_key,
        sum(known.amount_fen) as refunded_fen
    from {{ known_versions(ref('refunds'), 'feature') }} as known
    inner join order_keys
        on known.source = order_keys.source and known.order_id = order_keys.order_id
    where known.status = 'succeeded' and known.refunded_at < known.ends_at
    group by known.as_of_date, order_keys.order_key
)

select
    orders.as_of_date,
    records.person_key,
    orders.order_key,
    orders.channel,
    orders.store_id,
    orders.days_ago,
    orders.has_coupon,
    orders.paid_fen,
    orders.discount_fen,
    coalesce(refunds.refunded_fen, 0) as refunded_fen,
    coalesce(refunds.refunded_fen, 0) > 0 and refunds.refunded_fen >= orders.tender_fen as is_fully_refunded
from orders
inner join {{ ref('feature_records') }} as records
    on orders.as_of_date = records.as_of_date and orders.record_key = records.record_key
left join refunds
    on orders.as_of_date = refunds.as_of_date and orders.order_key = refunds.order_key
