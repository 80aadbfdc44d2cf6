-- The version of a date holds the transitions of the transition_days (seed segment_numbers) to it. A day's transitions
-- are computed from what was known at that day's own cut-off, so they are the same in every version that holds them.
-- What the cuts frozen on a quarter's first day moved stands beside the customers' own steps, as models of its own.
with transitions as (
    select
        as_of_date,
        model,
        from_stage,
        to_stage,
        customer_count,
        rate,
        leap_size,
        is_leap,
        is_skip,
        is_fall,
        leading_touch
    from {{ ref('stage_transitions') }}
    union all
    select
        as_of_date,
        model,
        from_stage,
        to_stage,
        customer_count,
        rate,
        cast(null as bigint) as leap_size,
        false as is_leap,
        false as is_skip,
        false as is_fall,
        cast(null as varchar) as leading_touch
    from {{ ref('refreeze_transitions') }}
)

select
    dates.as_of_date as version_date,
    cast(transitions.as_of_date as date) as as_of_date,
    transitions.model,
    transitions.from_stage,
    transitions.to_stage,
    cast(transitions.customer_count as bigint) as customer_count,
    round(cast(transitions.rate as double), 4) as rate,
    cast(transitions.leap_size as bigint) as leap_size,
    transitions.is_leap,
    transitions.is_skip,
    transitions.is_fall,
    transitions.leading_touch
from {{ run_dates('as_of') }} as dates
inner join transitions
    on
        transitions.as_of_date <= dates.as_of_date
        and transitions.as_of_date
        > {{ add_days('dates.as_of_date', '-cast(' ~ segment_number('transition_days') ~ ' as integer)') }}
