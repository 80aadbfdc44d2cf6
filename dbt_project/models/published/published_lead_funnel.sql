-- One row per step that a lead comes to: how many of the year's leads came so far, went on, were given up, and are
-- still there, in time or longer than the step's patience. Who is still there has not failed: the share that goes on
-- lies between those who did and those who did or still may. Days are medians that count the unfinished.
{%- set given_up = 'case when leads.is_closed then leads.status_since_date end' %}
{%- set ways = ['went_on', 'gave_up', 'in_time', 'overdue'] %}
with leads as (
    select
        standings.as_of_date,
        standings.source,
        standings.lead_id,
        standings.opened_date,
        standings.qualified_date,
        standings.status,
        standings.is_closed,
        standings.status_since_date
    from {{ ref('lead_standings') }} as standings
    where
        {{ among_dates('standings.as_of_date', dates_of('as_of')) }}
        and {{ days_between('standings.opened_date', 'standings.as_of_date') }} < {{ segment_number('lead_path_days') }}
),

-- The step after none and the four is to be qualified; the one after that to have won.
reached as (
    select
        leads.as_of_date,
        leads.source,
        leads.lead_id,
        steps.step,
        steps.reached_date
    from leads
    inner join {{ ref('lead_steps_reached') }} as steps
        on
            leads.as_of_date = steps.as_of_date
            and leads.source = steps.source
            and leads.lead_id = steps.lead_id
    where leads.qualified_date is null or steps.reached_date <= leads.qualified_date
    union all
    select
        as_of_date,
        source,
        lead_id,
        'qualified' as step,
        qualified_date as reached_date
    from leads
    where qualified_date is not null
    union all
    select
        as_of_date,
        source,
        lead_id,
        'won' as step,
        status_since_date as reached_date
    from leads
    where status = 'won'
),

-- A step skipped is a step passed: the day of the first step at or beyond it.
passed as (
    select
        reached.as_of_date,
        reached.source,
        reached.lead_id,
        steps.rank,
        min(reached.reached_date) as reached_date
    from reached
    inner join {{ ref('lead_steps') }} as reached_steps on reached.step = reached_steps.step
    inner join {{ ref('lead_steps') }} as steps on reached_steps.rank >= steps.rank
    group by reached.as_of_date, reached.source, reached.lead_id, steps.rank
),

ways as (
    select
        passed.as_of_date,
        passed.rank,
        later.reached_date is not null as went_on,
        later.reached_date is null and leads.is_closed as gave_up,
        later.reached_date is null
        and not leads.is_closed
        and {{ days_between('passed.reached_date', 'passed.as_of_date') }} <= steps.patience_days as in_time,
        later.reached_date is null
        and not leads.is_closed
        and {{ days_between('passed.reached_date', 'passed.as_of_date') }} > steps.patience_days as overdue,
        {{ days_between(
            'passed.reached_date',
            'coalesce(later.reached_date, ' ~ given_up ~ ', passed.as_of_date)'
        ) }} as days
    from passed
    inner join leads
        on
            passed.as_of_date = leads.as_of_date
            and passed.source = leads.source
            and passed.lead_id = leads.lead_id
    left join passed as later
        on
            passed.as_of_date = later.as_of_date
            and passed.source = later.source
            and passed.lead_id = later.lead_id
            and passed.rank + 1 = later.rank
    inner join {{ ref('lead_steps') }} as steps on passed.rank = steps.rank
    where steps.step <> 'won'
),

waited as (
    select
        as_of_date,
        rank,
        days,
        went_on as is_finished
    from ways
),

{{ waited_medians('waited', ['as_of_date', 'rank']) }},

counted as (
    select
        as_of_date,
        rank,
        {%- for way in ways %}
        sum(case when {{ way }} then 1 else 0 end) as {{ way }},
        {%- endfor %}
        count(*) as reached
    from ways
    group by as_of_date, rank
)

select
    cast(counted.as_of_date as date) as as_of_date,
    steps.step,
    cast(counted.rank as bigint) as rank,
    cast(counted.reached as bigint) as reached,
    {%- for way in ways %}
    cast(counted.{{ way }} as bigint) as {{ way }},
    {%- endfor %}
    {{ ratio('counted.went_on', 'counted.reached') }} as least_share,
    {{ ratio('counted.went_on + counted.in_time + counted.overdue', 'counted.reached') }} as most_share,
    cast(medians.median_days as bigint) as median_days
from counted
left join medians on counted.as_of_date = medians.as_of_date and counted.rank = medians.rank
inner join {{ ref('lead_steps') }} as steps on counted.rank = steps.rank
