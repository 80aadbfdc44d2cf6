{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with an order in 365 days: how often, how regularly and how long ago they buy. A
-- purchase day counts once however many orders it holds. 168 days beside the 84: a fortnightly buyer has 6 gaps in 84
-- days; the longer view raised AUC on earlier cut-offs from .850 to .855 (docs/models.md). Its counts are rates over
-- the history the brand has, or training would see them grow.
with orders as (
    select
        as_of_date,
        person_key,
        days_ago,
        lead(days_ago) over (partition by as_of_date, person_key order by days_ago) - days_ago as gap_days,
        dense_rank() over (partition by as_of_date, person_key order by days_ago) as newest_rank
    from {{ ref('feature_orders') }}
),

-- An older order of the same day is 0 days away; the last one of a day knows the gap to the purchase day before.
purchase_days as (
    select
        as_of_date,
        person_key,
        newest_rank,
        days_ago,
        days_ago + gap_days as days_ago_before,
        gap_days,
        case when days_ago + gap_days < 84 then gap_days end as gap_84d,
        case when days_ago + gap_days < 168 then gap_days end as gap_168d
    from orders
    where gap_days is null or gap_days > 0
),

-- A gap belongs to a window when both of its ends do. A week counts at its oldest purchase day.
figures as (
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
        {% for name, days, window in [('weeks', 7, 84), ('fortnights', 14, 168), ('months', 28, 168)] -%}
        sum(
            case
                when
                    days_ago < {{ window }}
                    and {{ whole_quotient('days_ago', days) }}
                    is distinct from {{ whole_quotient('days_ago_before', days) }}
                    then 1
                else 0
            end
        ) as {{ name }}_with_order_{{ window }}d,
        {% endfor -%}
        {{ observed_percentile('gap_84d', 50) }} as gap_median_84d,
        {% for days in [84, 168] -%}
        count(gap_{{ days }}d) as gap_count_{{ days }}d,
        sum(gap_{{ days }}d) as gap_sum_{{ days }}d,
        sum(gap_{{ days }}d * gap_{{ days }}d) as gap_square_sum_{{ days }}d,
        max(gap_{{ days }}d) as gap_max_{{ days }}d,
        {{ observed_percentile('gap_' ~ days ~ 'd', 90) }} as gap_p90_{{ days }}d,
        {% endfor -%}
        sum(case when gap_168d > {{ var('horizon_days') }} then 1 else 0 end) as long_gaps_168d,
        max(case when newest_rank = 1 then gap_84d end) as last_gap_days,
        max(case when newest_rank = 2 then gap_84d end) as last_gap_days_before
    from purchase_days
    group by as_of_date, person_key
),

history as (
    select
        as_of_date,
        least(max(first_order_days_ago_365d) + 1, 168) as history_days
    from figures
    group by as_of_date
)

select
    history.history_days,
    figures.*
from figures
inner join history on figures.as_of_date = history.as_of_date
