-- One row per (frozen_on, person_key): the category on which a buyer spent most in the year to the first day of a
-- quarter.
{{ config(materialized='table') }}

with spent as (
    select
        orders.as_of_date as frozen_on,
        orders.person_key,
        baskets.category,
        sum(baskets.line_fen) as spent_fen
    from {{ ref('paid_orders') }} as orders
    inner join {{ ref('basket_states') }} as baskets
        on
            orders.order_key = baskets.order_key
            and baskets.from_date <= orders.as_of_date
            and (baskets.to_date is null or baskets.to_date > orders.as_of_date)
    where
        orders.as_of_date = {{ frozen_date('orders.as_of_date') }}
        and orders.counts_as_purchase
        and orders.age_days < {{ segment_number('order_window_days') }}
        and baskets.category is not null
    group by orders.as_of_date, orders.person_key, baskets.category
),

ranked as (
    select
        *,
        row_number() over (partition by frozen_on, person_key order by spent_fen desc, category asc) as category_rank
    from spent
)

select
    frozen_on,
    person_key,
    category
from ranked
where category_rank = 1
