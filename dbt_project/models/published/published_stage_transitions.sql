-- The version of a date holds the transitions of the transition_days (seed segment_numbers) to it. A day's
-- transitions are computed from what was known at that day's own cut-off, so they are the same in every version that
-- holds them. What the cuts frozen on a quarter's first day moved stands beside the customers' own steps, as models
-- of its own. So do the layers (pyramid, matrix, rfm, level), of the version's date alone: where people stood
-- transition_days before.
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
),

told as (
    select
        dates.as_of_date as version_date,
        transitions.*
    from {{ run_dates('as_of') }} as dates
    inner join transitions
        on
            transitions.as_of_date <= dates.as_of_date
            and transitions.as_of_date
            > {{ add_days('dates.as_of_date', '-cast(' ~ segment_number('transition_days') ~ ' as integer)') }}
    union all
    select
        as_of_date as version_date,
        as_of_date,
        model,
        from_stage,
        to_stage,
        customer_count,
        rate,
        leap_size,
        leap_size >= 1 as is_leap,
        leap_size >= 2 as is_skip,
        leap_size < 0 as is_fall,
        cast(null as varchar) as leading_touch
    from {{ ref('segment_transitions') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
)

select
    version_date,
    cast(as_of_date as date) as as_of_date,
    model,
    from_stage,
    to_stage,
    cast(customer_count as bigint) as customer_count,
    round(cast(rate as double), 4) as rate,
    cast(leap_size as bigint) as leap_size,
    is_leap,
    is_skip,
    is_fall,
    leading_touch
from told
