-- One row per coupon and version of an order that one of them names, with the dates at which that version stood.
{{ config(materialized='ephemeral') }}

with named as (
    select
        source,
        coupon_id,
        order_id
    from {{ ref('coupons') }}
    where order_id is not null
    union
    select
        source,
        coupon_id,
        order_id
    from {{ ref('orders') }}
    where coupon_id is not null
)

select
    named.source,
    named.coupon_id,
    versions.order_id,
    coalesce(versions.coupon_id = named.coupon_id, false) as names_coupon,
    versions.discount_fen,
    versions.counts_from as from_date,
    versions.counts_to as to_date
from named
inner join {{ ref('orders') }} as versions on named.source = versions.source and named.order_id = versions.order_id
where versions.counts_to is null or versions.counts_to > versions.counts_from
