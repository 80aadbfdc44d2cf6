{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with an order line in 84 days: how broad and how full the baskets are.
-- Where nobody says of any line what category it is, the figures of categories are null, never 0.
with lines as (
    select
        orders.as_of_date,
        orders.person_key,
        baskets.category_key,
        min(orders.days_ago) as newest_days_ago,
        max(orders.days_ago) as oldest_days_ago,
        sum(baskets.item_quantity) as item_quantity_84d,
        sum(case when orders.days_ago < 28 then baskets.item_quantity else 0 end) as item_quantity_28d,
        sum(baskets.line_fen) as line_fen
    from {{ ref('feature_orders') }} as orders
    inner join {{ ref('basket_states') }} as baskets
        on
            orders.order_key = baskets.order_key
            and baskets.from_date <= orders.as_of_date
            and (baskets.to_date is null or baskets.to_date > orders.as_of_date)
    where orders.days_ago < 84
    group by orders.as_of_date, orders.person_key, baskets.category_key
)

select
    as_of_date,
    person_key,
    nullif(count(category_key), 0) as categories_84d,
    sum(case when category_key is not null then case when newest_days_ago < 28 then 1 else 0 end end) as categories_28d,
    sum(case when category_key is not null then case when oldest_days_ago < 28 then 1 else 0 end end)
        as new_categories_28d,
    sum(case when category_key is not null then case when newest_days_ago < oldest_days_ago then 1 else 0 end end)
        as repeated_categories_84d,
    sum(item_quantity_84d) as item_quantity_84d,
    sum(item_quantity_28d) as item_quantity_28d,
    max(case when category_key is not null then line_fen end) as top_category_fen,
    sum(case when category_key is not null then line_fen end) as line_fen
from lines
group by as_of_date, person_key
