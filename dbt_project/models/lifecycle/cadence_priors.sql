-- One row per (frozen_on, category) of which enough is known, without a category for the brand: the gap between
-- purchases that nine of ten are not longer than, at the first day of a quarter. Each customer has one vote, shared out
-- among their gaps: else who buys every day would say how long a guest who buys four times a year may stay away. A vote
-- is a number of whole units, and a third of it loses less than one by being cut down: each gap is given one back, or
-- the shares of nine customers would fall short of nine votes and the tenth alone would say the cadence.
{{ config(materialized='table') }}
{% set vote = '1000000000000000' %}

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
        order_date,
        {{ days_between('lag(order_date) over by_day', 'order_date') }} as gap_days
    from order_days
    window by_day as (partition by frozen_on, person_key order by order_date)
),

shares as (
    select
        gaps.frozen_on,
        categories.category,
        gaps.gap_days,
        {{ whole_quotient(vote, 'count(*) over (partition by gaps.frozen_on, gaps.person_key)') }} as share,
        case
            when gaps.order_date = max(gaps.order_date) over (partition by gaps.frozen_on, gaps.person_key) then 1
            else 0
        end as customers
    from gaps
    left join {{ ref('main_categories') }} as categories
        on gaps.frozen_on = categories.frozen_on and gaps.person_key = categories.person_key
    where gaps.gap_days is not null
),

electorates as (
    select
        frozen_on,
        category,
        gap_days,
        share,
        customers
    from shares
    where category is not null
    union all
    select
        frozen_on,
        cast(null as varchar) as category,
        gap_days,
        share,
        customers
    from shares
),

counted as (
    select
        frozen_on,
        category,
        gap_days,
        count(*) as gaps,
        sum(cast(share as decimal(20, 0))) as shares,
        sum(customers) as customers
    from electorates
    group by frozen_on, category, gap_days
),

summed as (
    select
        frozen_on,
        category,
        gap_days,
        sum(shares + gaps) over (partition by frozen_on, category order by gap_days) as votes_so_far,
        sum(gaps) over (partition by frozen_on, category) as gap_count,
        sum(customers) over (partition by frozen_on, category) as customer_count
    from counted
)

select
    frozen_on,
    category,
    cast(gap_count as bigint) as gap_count,
    cast(customer_count as bigint) as customer_count,
    min(case when votes_so_far * 10 >= cast(customer_count as decimal(20, 0)) * {{ vote }} * 9 then gap_days end)
        as p90_gap_days
from summed
where
    gap_count >= {{ segment_number('cadence_minimum_gaps') }}
    and customer_count >= {{ segment_number('cadence_minimum_customers') }}
group by frozen_on, category, gap_count, customer_count
