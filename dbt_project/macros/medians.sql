{#-
  The median of days waited by Kaplan and Meier (1958): who has not come to it yet counts as waiting until now. `waited`
  is a step with the columns of `keys`, `days` and `is_finished`; given back are the keys and median_days, the first day
  by which half have come to it, null where fewer than half have. Written as steps of a with: `at_risk`, `shares`,
  `survival`, `medians`; read `medians`.
-#}
{% macro waited_medians(waited, keys) -%}
    {%- set by = keys | join(', ') -%}
by_day as (
    select
        {{ by }},
        days,
        sum(case when is_finished then 1 else 0 end) as finished,
        count(*) as ended
    from {{ waited }}
    group by {{ by }}, days
),

at_risk as (
    select
        {{ by }},
        days,
        finished,
        sum(ended) over (partition by {{ by }} order by days desc) as waiting
    from by_day
),

shares as (
    select
        {{ by }},
        days,
        waiting - finished as left_waiting,
        -- as a decimal: a sum of doubles is not the same on one thread as on two
        cast(
            case when waiting > finished then ln(1 - cast(finished as double) / waiting) else 0 end as decimal(38, 15)
        ) as log_share
    from at_risk
),

-- A product as a sum of logarithms; where everybody left came to it, none remain.
survival as (
    select
        {{ by }},
        days,
        case
            when min(left_waiting) over (partition by {{ by }} order by days) = 0 then 0
            else round(exp(sum(log_share) over (partition by {{ by }} order by days)), 9)
        end as still_waiting
    from shares
),

medians as (
    select
        {{ by }},
        min(case when still_waiting <= 0.9 then days end) as tenth_days,
        min(case when still_waiting <= 0.5 then days end) as median_days
    from survival
    group by {{ by }}
)
{%- endmacro %}
