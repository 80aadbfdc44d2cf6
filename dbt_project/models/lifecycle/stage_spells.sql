-- One row per (as_of_date, one_id, model): since when the customer has stood in the stage and in which one before,
-- looking back over the run's 28 days. A date's spell reads only the dates of its own look-back, so it does not depend
-- on which other dates are run. No row: the stage is older than the look-back.
with entries as (
    select
        one_id,
        model,
        as_of_date as entered_on,
        stage_before
    from {{ ref('stage_days') }}
    where stage_before is null or stage_before <> stage
),

ranked as (
    select
        days.as_of_date,
        days.one_id,
        days.model,
        entries.entered_on,
        entries.stage_before,
        row_number() over (
            partition by days.as_of_date, days.one_id, days.model
            order by entries.entered_on desc
        ) as entry_rank
    from {{ ref('stage_days') }} as days
    inner join {{ run_dates('as_of') }} as dates on days.as_of_date = dates.as_of_date
    inner join entries
        on
            days.one_id = entries.one_id
            and days.model = entries.model
            and entries.entered_on <= days.as_of_date
            and entries.entered_on
            > {{ add_days('days.as_of_date', '-cast(' ~ segment_number('transition_days') ~ ' as integer)') }}
)

select
    as_of_date,
    one_id,
    model,
    entered_on as stage_since,
    stage_before as previous_stage
from ranked
where entry_rank = 1
