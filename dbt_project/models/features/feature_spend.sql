{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with an order in 84 days: money, discount, channels and refunds. Sums stay
-- integer.
with orders as (
    select
        orders.*,
        families.family
    from {{ ref('feature_orders') }} as orders
    left join {{ ref('channel_families') }} as families on orders.channel = families.channel
    where orders.days_ago < 84
)

select
    as_of_date,
    person_key,
    sum(case when days_ago < 28 then 1 else 0 end) as order_count_28d,
    count(*) as order_count_84d,
    sum(case when days_ago < 7 then goods_paid_fen - refunded_fen else 0 end) as net_paid_fen_7d,
    sum(case when days_ago < 28 then goods_paid_fen - refunded_fen else 0 end) as net_paid_fen_28d,
    sum(case when days_ago >= 28 and days_ago < 56 then goods_paid_fen - refunded_fen else 0 end)
        as net_paid_fen_28d_before,
    sum(goods_paid_fen - refunded_fen) as net_paid_fen_84d,
    max(goods_paid_fen) as largest_order_fen_84d,
    sum(case when days_ago < 28 then discount_fen else 0 end) as discount_fen_28d,
    sum(case when days_ago < 28 then discount_fen + goods_paid_fen else 0 end) as list_fen_28d,
    sum(discount_fen) as discount_fen_84d,
    sum(discount_fen + goods_paid_fen) as list_fen_84d,
    sum(case when family = 'store' then 1 else 0 end) as store_orders_84d,
    sum(case when family = 'mini_program' then 1 else 0 end) as mini_program_orders_84d,
    sum(case when family = 'marketplace' then 1 else 0 end) as marketplace_orders_84d,
    count(distinct channel) as order_channels_84d,
    count(distinct store_id) as order_stores_84d,
    sum(case when days_ago < 28 and refunded_fen > 0 then 1 else 0 end) as refunded_orders_28d,
    sum(case when refunded_fen > 0 then 1 else 0 end) as refunded_orders_84d
from orders
group by as_of_date, person_key
