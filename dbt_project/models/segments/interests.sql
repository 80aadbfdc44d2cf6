-- One row per (history_key, category): what a purchase history says about taste. A purchase weighs half for every
-- half-life it lies before the customer's last: the ranking is the same as counted from the date, and moves only when
-- the customer buys.
{{ config(materialized='table') }}

with order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_versions') }}
),

categories as (
    select
        category,
        row_number() over (order by category) as category_key
    from {{ ref('order_lines') }}
    where category is not null
    group by category
),

order_categories as (
    select
        order_keys.order_key,
        categories.category_key,
        lines.known_at,
        lines.superseded_at,
        sum(lines.amount_fen - coalesce(lines.discount_fen, 0)) as spend_fen
    from {{ ref('order_lines') }} as lines
    inner join order_keys on lines.source = order_keys.source and lines.order_id = order_keys.order_id
    inner join categories on lines.category = categories.category
    where not coalesce(lines.is_gift, false)
    group by order_keys.order_key, categories.category_key, lines.known_at, lines.superseded_at
),

-- A purchase's weight by age, in millionths, rounded once so that sums are exact.
weights as (
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
        dates.cut_off_at,
        weights.weight
    from {{ ref('purchase_histories') }} as histories
    inner join weights on histories.days_before_last = weights.days_before_last
    inner join {{ run_dates('as_of') }} as dates on histories.as_of_date = dates.as_of_date
),

summed as (
    select
        histories.history_key,
        order_categories.category_key,
        sum(order_categories.spend_fen * histories.weight) as weighted_spend,
        count(*) as order_count
    from histories
    inner join order_categories
        on
            histories.order_key = order_categories.order_key
            and order_categories.known_at <= histories.cut_off_at
            and (order_categories.superseded_at is null or order_categories.superseded_at > histories.cut_off_at)
    group by histories.history_key, order_categories.category_key
)

select
    summed.history_key,
    categories.category,
    cast(summed.order_count as bigint) as order_count,
    row_number()
        over (partition by summed.history_key order by summed.weighted_spend desc, categories.category asc)
        as interest_rank
from summed
inner join categories on summed.category_key = categories.category_key
where summed.weighted_spend > 0
