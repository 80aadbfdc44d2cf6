-- One row per (one_id, order_set_hash): the usual store, the attitude to price and the interests of a purchase history.
{{ config(materialized='table') }}

with histories as (
    select
        history_key,
        one_id,
        order_set_hash,
        order_date,
        store_id,
        goods_paid_fen,
        discount_fen,
        case when goods_paid_fen + discount_fen > 0 then goods_paid_fen + discount_fen end as listed_fen
    from {{ ref('purchase_histories') }}
    where days_before_last < {{ segment_number('order_window_days') }}
),

priced as (
    select
        history_key,
        one_id,
        order_set_hash,
        count(*) as order_count,
        sum(case when discount_fen > 0 then 1 else 0 end) as discounted_order_count,
        count(listed_fen) as priced_order_count,
        -- Two whole products are compared: 85.02% is more than 85%, and rounded to thousandths it is not.
        sum(
            case
                when goods_paid_fen * 100 <= listed_fen * {{ segment_number('price_minded_pay_rate_percent') }} then 1
                else 0
            end
        ) as deep_order_count
    from histories
    group by history_key, one_id, order_set_hash
),

stores as (
    select
        history_key,
        store_id,
        row_number() over (
            partition by history_key
            order by count(*) desc, max(order_date) desc, store_id asc
        ) as store_rank
    from histories
    where store_id is not null
    group by history_key, store_id
),

tastes as (
    select
        history_key,
        {{ sorted_list('case when interest_rank <= ' ~ segment_number('interest_count') ~ ' then category end') }}
            as interests,
        max(case when interest_rank = 1 then category end) as first_interest,
        count(case when order_count >= {{ segment_number('interest_minimum_orders') }} then category end)
            as settled_category_count
    from {{ ref('interests') }}
    group by history_key
)

select
    priced.one_id,
    priced.order_set_hash,
    stores.store_id,
    cast(priced.order_count as bigint) as order_count,
    cast(priced.discounted_order_count as bigint) as discounted_order_count,
    cast(priced.priced_order_count as bigint) as priced_order_count,
    cast(priced.deep_order_count as bigint) as deep_order_count,
    case
        when priced.order_count < {{ segment_number('attitude_minimum_orders') }} then null
        when
            priced.discounted_order_count * 100
            >= priced.order_count * {{ segment_number('price_minded_discount_share_percent') }}
            and priced.deep_order_count * 2 >= priced.priced_order_count
            then 'price_minded'
        else 'value_minded'
    end as price_attitude,
    {{ list_or_empty('tastes.interests') }} as interests,
    tastes.first_interest,
    cast(coalesce(tastes.settled_category_count, 0) as bigint) as settled_category_count
from priced
left join stores on priced.history_key = stores.history_key and stores.store_rank = 1
left join tastes on priced.history_key = tastes.history_key
