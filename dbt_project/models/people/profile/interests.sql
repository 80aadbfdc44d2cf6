-- One row per (history_key, category): what a purchase history says about taste. A purchase weighs half for every
-- half-life it lies before the customer's last: the ranking is the same as counted from the date, and moves only when
-- the customer buys.
{{ config(materialized='table') }}

-- A purchase's weight by age, in millionths, rounded once so that sums are exact.
with weights as (
    select
        days_before_last,
        cast(
            round(
                1000000 * power(0.5, cast(days_before_last as double) / {{ segment_number('interest_half_life_days') }})
            ) as bigint
        ) as weight
    from {{ ref('purchase_histories') }}
    where days_before_last < {{ segment_number('interest_window_days') }}
    group by days_before_last
),

histories as (
    select
        histories.history_key,
        histories.order_key,
        histories.as_of_date,
        weights.weight
    from {{ ref('purchase_histories') }} as histories
    inner join weights on histories.days_before_last = weights.days_before_last
),

summed as (
    select
        histories.history_key,
        baskets.category_key,
        max(baskets.category) as category,
        sum(baskets.line_fen * histories.weight) as weighted_spend,
        -- Lines of one order and category that were known at different times are several rows.
        count(distinct histories.order_key) as order_count
    from histories
    inner join {{ ref('basket_states') }} as baskets
        on
            histories.order_key = baskets.order_key
            and baskets.from_date <= histories.as_of_date
            and (baskets.to_date is null or baskets.to_date > histories.as_of_date)
    where baskets.category_key is not null
    group by histories.history_key, baskets.category_key
)

select
    history_key,
    category,
    cast(order_count as bigint) as order_count,
    row_number()
        over (partition by history_key order by weighted_spend desc, category asc)
        as interest_rank
from summed
where weighted_spend > 0
