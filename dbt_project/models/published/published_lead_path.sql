-- One row per act of a lead: how much more often a day of waiting ends in being qualified after the act than before it
-- or without it, among leads that were opened as long ago (a ratio of rates, Mantel and Haenszel, with the deviation of
-- Greenland and Robins 1985), with its interval. What precedes is no cause: who is about to buy also tries.
with numbers as (
    select
        cast({{ segment_number('lead_interval_thousandths') }} as double) / 1000 as deviations,
        {{ segment_number('lead_path_least') }} as least_leads
),

-- As decimals: a sum of doubles is not the same on one thread as on two.
weighed as (
    select
        as_of_date,
        act,
        step,
        sum(leads) as leads,
        sum(leads_who_did) as leads_who_did,
        sum(days_after) as days_after,
        sum(days_before) as days_before,
        sum(qualified_after) as qualified_after,
        sum(qualified_before) as qualified_before,
        sum(cast(cast(qualified_after as double) * days_before / (days_after + days_before) as decimal(38, 12)))
            as weight_after,
        sum(cast(cast(qualified_before as double) * days_after / (days_after + days_before) as decimal(38, 12)))
            as weight_before,
        sum(cast(
            cast(qualified_after + qualified_before as double) * days_after * days_before
            / (cast(days_after + days_before as double) * (days_after + days_before)) as decimal(38, 12)
        )) as spread
    from {{ ref('lead_path_days') }}
    where days_after + days_before > 0 and {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, act, step
),

measured as (
    select
        weighed.*,
        numbers.deviations,
        case
            when
                weighed.qualified_after >= numbers.least_leads
                and weighed.qualified_before >= numbers.least_leads
                and weighed.weight_after > 0
                and weighed.weight_before > 0
                then ln(cast(weighed.weight_after as double) / cast(weighed.weight_before as double))
        end as log_ratio,
        sqrt(
            cast(weighed.spread as double)
            / nullif(cast(weighed.weight_after as double) * cast(weighed.weight_before as double), 0)
        ) as log_deviation
    from weighed
    cross join numbers
)

select
    cast(as_of_date as date) as as_of_date,
    act,
    step,
    cast(leads as bigint) as leads,
    cast(leads_who_did as bigint) as leads_who_did,
    cast(qualified_after as bigint) as qualified_after,
    cast(days_after as bigint) as days_after,
    cast(qualified_before as bigint) as qualified_before,
    cast(days_before as bigint) as days_before,
    round(exp(log_ratio), 2) as ratio,
    round(exp(log_ratio - deviations * log_deviation), 2) as ratio_low,
    round(exp(log_ratio + deviations * log_deviation), 2) as ratio_high,
    case
        when log_ratio is null then 'too_few'
        when log_ratio - deviations * log_deviation > 0 then 'precedes'
        when log_ratio + deviations * log_deviation < 0 then 'precedes_less'
        else 'no_difference'
    end as verdict
from measured
