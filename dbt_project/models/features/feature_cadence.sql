{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with an order in 365 days: how often, how regularly and how long ago they buy.
-- A purchase day counts once however many orders it holds; a fully refunded order is no purchase.
with purchase_days as (
    select distinct
        as_of_date,
        person_key,
        days_ago
    from {{ ref('feature_orders') }}
    where not is_fully_refunded
),

gaps as (
    select
        as_of_date,
        person_key,
        days_ago,
        lag(days_ago) over (partition by as_of_date, person_key order by days_ago desc) - days_ago as gap_days,
        row_number() over (partition by as_of_date, person_key order by days_ago) as newest_rank
    from purchase_days
),

-- A gap belongs to the 84 days when both of its ends do.
recent_gaps as (
    select
        as_of_date,
        person_key,
        newest_rank,
        gap_days,
        days_ago
    from gaps
    where days_ago < 84 and days_ago + gap_days < 84
),

gap_figures as (
    select
        as_of_date,
        person_key,
        count(*) as gap_count_84d,
        sum(gap_days) as gap_sum,
        sum(gap_days * gap_days) as gap_square_sum,
        max(gap_days) as gap_max_84d,
        percentile_disc(0.9) within group (order by gap_days) as gap_p90_84d,
        percentile_disc(0.5) within group (order by gap_days) as gap_median_84d,
        max(case when newest_rank = 1 then gap_days end) as last_gap_days,
        max(case when newest_rank = 2 then gap_days end) as last_gap_days_before
    from recent_gaps
    group by as_of_date, person_key
),

day_figures as (
    select
        as_of_date,
        person_key,
        min(days_ago) as recency_days,
        max(days_ago) as first_order_days_ago_365d,
        count(*) as order_days_365d,
        max(case when days_ago < 84 then days_ago end) as first_order_days_ago_84d,
        sum(case when days_ago < 7 then 1 else 0 end) as order_days_7d,
        sum(case when days_ago < 14 then 1 else 0 end) as order_days_14d,
        sum(case when days_ago < 28 then 1 else 0 end) as order_days_28d,
        sum(case when days_ago >= 28 and days_ago < 56 then 1 else 0 end) as order_days_28d_before,
        sum(case when days_ago >= 56 and days_ago < 84 then 1 else 0 end) as order_days_28d_two_before,
        sum(case when days_ago < 56 then 1 else 0 end) as order_days_56d,
        sum(case when days_ago < 84 then 1 else 0 end) as order_days_84d,
        count(distinct case when days_ago < 84 then floor(days_ago / 7) end) as weeks_with_order_84d
    from purchase_days
    group by as_of_date, person_key
),

-- K: the own p90 gap, for the stage rule; the newest window of TRADE's 365 days.
own_gaps as (
    select
        as_of_date,
        person_key,
        count(*) as own_gap_count,
        percentile_disc(0.9) within group (order by gap_days) as own_gap_p90_days
    from gaps
    where gap_days is not null
    group by as_of_date, person_key
)

select
    day_figures.*,
    coalesce(gap_figures.gap_count_84d, 0) as gap_count_84d,
    gap_figures.gap_sum,
    gap_figures.gap_square_sum,
    gap_figures.gap_max_84d,
    gap_figures.gap_p90_84d,
    gap_figures.gap_median_84d,
    gap_figures.last_gap_days,
    gap_figures.last_gap_days_before,
    coalesce(own_gaps.own_gap_count, 0) as own_gap_count,
    own_gaps.own_gap_p90_days
from day_figures
left join gap_figures
    on day_figures.as_of_date = gap_figures.as_of_date and day_figures.person_key = gap_figures.person_key
left join own_gaps
    on day_figures.as_of_date = own_gaps.as_of_date and day_figures.person_key = own_gaps.person_key
