-- One row per (frozen_on, category), without a category for the brand: the gap between purchases that nine of ten are
-- not longer than, at the first day of a quarter. Each customer has one vote, shared out among their gaps: else who
-- buys every day would say how long a guest who buys four times a year may stay away.
{{ config(materialized='table') }}

with order_days as (
    select distinct
        as_of_date as frozen_on,
        person_key,
        order_date
    from {{ ref('paid_orders') }}
    where
        as_of_date = {{ frozen_date('as_of_date') }}
        and counts_as_purchase
        and age_days < {{ segment_number('order_window_days') }}
),

gaps as (
    select
        frozen_on,
        person_key,
        {{ days_between('lag(order_date) over by_day', 'order_date') }} as gap_days
    from order_days
    window by_day as (partition by frozen_on, person_key order by order_date)
),

votes as (
    select
        gaps.frozen_on,
        categories.category,
        gaps.gap_days,
        {{ whole_quotient('1000000', 'count(*) over (partition by gaps.frozen_on, gaps.person_key)') }} as vote
    from gaps
    left join {{ ref('main_categories') }} as categories
        on gaps.frozen_on = categories.frozen_on and gaps.person_key = categories.person_key
    where gaps.gap_days is not null
),

counted as (
    select
        frozen_on,
        category,
        gap_days,
        sum(vote) as votes,
        count(*) as gap_count
    from votes
    where category is not null
    group by frozen_on, category, gap_days
    union all
    select
        frozen_on,
        cast(null as varchar) as category,
        gap_days,
        sum(vote) as votes,
        count(*) as gap_count
    from votes
    group by frozen_on, gap_days
),

summed as (
    select
        *,
        sum(votes) over (partition by frozen_on, category order by gap_days) as votes_so_far,
        sum(votes) over (partition by frozen_on, category) as all_votes,
        sum(gap_count) over (partition by frozen_on, category) as all_gaps
    from counted
)

select
    frozen_on,
    category,
    cast(all_gaps as bigint) as gap_count,
    min(case when votes_so_far * 10 >= all_votes * 9 then gap_days end) as p90_gap_days
from summed
group by frozen_on, category, all_gaps
