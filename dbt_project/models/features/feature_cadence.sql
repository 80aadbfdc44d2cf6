{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with an order in 365 days: how often, how regularly and how long ago they buy. A
-- purchase day counts once however many orders it holds. 168 days beside the 84: a fortnightly buyer has 6 gaps in 84
-- days; the longer view raised AUC on earlier cut-offs from .850 to .855 (docs/models.md). Its counts are rates over
-- the history the brand has, or training would see them grow.
with purchase_days as (
    select distinct
        as_of_date,
        person_key,
        days_ago
    from {{ ref('feature_orders') }}
),

history as (
    select
        as_of_date,
        least(max(days_ago) + 1, 168) as history_days
    from purchase_days
    group by as_of_date
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

-- A gap belongs to a window when both of its ends do.
gap_windows as (
    select
        as_of_date,
        person_key,
        newest_rank,
        gap_days,
        case when days_ago + gap_days < 84 then gap_days end as gap_84d,
        case when days_ago + gap_days < 168 then gap_days end as gap_168d
    from gaps
    where gap_days is not null
),

gap_figures as (
    select
        as_of_date,
        person_key,
        {% for days in [84, 168] -%}
        count(gap_{{ days }}d) as gap_count_{{ days }}d,
        sum(gap_{{ days }}d) as gap_sum_{{ days }}d,
        sum(gap_{{ days }}d * gap_{{ days }}d) as gap_square_sum_{{ days }}d,
        max(gap_{{ days }}d) as gap_max_{{ days }}d,
        {{ observed_percentile('gap_' ~ days ~ 'd', 90) }} as gap_p90_{{ days }}d,
        {% endfor -%}
        {{ observed_percentile('gap_84d', 50) }} as gap_median_84d,
        sum(case when gap_168d > {{ var('horizon_days') }} then 1 else 0 end) as long_gaps_168d,
        max(case when newest_rank = 1 then gap_84d end) as last_gap_days,
        max(case when newest_rank = 2 then gap_84d end) as last_gap_days_before
    from gap_windows
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
        {% for days in [7, 14, 28, 56, 84, 168] -%}
        sum(case when days_ago < {{ days }} then 1 else 0 end) as order_days_{{ days }}d,
        {% endfor -%}
        sum(case when days_ago >= 28 and days_ago < 56 then 1 else 0 end) as order_days_28d_before,
        sum(case when days_ago >= 56 and days_ago < 84 then 1 else 0 end) as order_days_28d_two_before,
        count(distinct case when days_ago < 84 then floor(days_ago / 7) end) as weeks_with_order_84d,
        count(distinct case when days_ago < 168 then floor(days_ago / 14) end) as fortnights_with_order_168d,
        count(distinct case when days_ago < 168 then floor(days_ago / 28) end) as months_with_order_168d
    from purchase_days
    group by as_of_date, person_key
)

select
    history.history_days,
    day_figures.*,
    gap_figures.gap_median_84d,
    {% for days in [84, 168] -%}
    coalesce(gap_figures.gap_count_{{ days }}d, 0) as gap_count_{{ days }}d,
    gap_figures.gap_sum_{{ days }}d,
    gap_figures.gap_square_sum_{{ days }}d,
    gap_figures.gap_max_{{ days }}d,
    gap_figures.gap_p90_{{ days }}d,
    {% endfor -%}
    coalesce(gap_figures.long_gaps_168d, 0) as long_gaps_168d,
    gap_figures.last_gap_days,
    gap_figures.last_gap_days_before
from day_figures
inner join history
    on day_figures.as_of_date = history.as_of_date
left join gap_figures
    on day_figures.as_of_date = gap_figures.as_of_date and day_figures.person_key = gap_figures.person_key
