-- One row per (as_of_date, act, stratum_from): of the leads of a year, how many days they waited for being qualified
-- before and after they did an act, and how many were qualified then, by how long ago they were opened. Who did not do
-- it yet waits before it, so that who takes long is not counted for what they had the time to do; what happens on the
-- day of the act is of before it. Whoever is given up waits no longer.
{%- set given_up = 'case when standings.is_closed then standings.status_since_date end' %}
{%- set ended = 'coalesce(standings.qualified_date, ' ~ given_up ~ ', standings.as_of_date)' %}
{%- set bounds = [0, 7, 14, 21, 28, 42, 56, 84, 126, 182] %}
with leads as (
    select
        standings.as_of_date,
        standings.source,
        standings.lead_id,
        standings.opened_date,
        standings.qualified_date is not null as is_qualified,
        {{ days_between('standings.opened_date', ended) }} as days
    from {{ ref('lead_standings') }} as standings
    where
        {{ among_dates('standings.as_of_date', dates_of('as_of')) }}
        and {{ days_between('standings.opened_date', 'standings.as_of_date') }} < {{ segment_number('lead_path_days') }}
),

acts as (
    select distinct
        act,
        step
    from {{ ref('lead_acts') }}
),

done as (
    select
        leads.as_of_date,
        leads.source,
        leads.lead_id,
        acts.act,
        acts.step,
        leads.days,
        leads.is_qualified,
        touches.first_date is not null
        and {{ days_between('leads.opened_date', 'touches.first_date') }} < leads.days as did_before,
        -- the days before the act: all of them where it was never done
        least(
            leads.days,
            greatest(0, coalesce({{ days_between('leads.opened_date', 'touches.first_date') }}, leads.days))
        ) as days_before
    from leads
    cross join acts
    left join {{ ref('lead_touches') }} as touches
        on
            leads.as_of_date = touches.as_of_date
            and leads.source = touches.source
            and leads.lead_id = touches.lead_id
            and acts.act = touches.act
    where leads.days > 0
),

strata as (
    {%- for bound in bounds %}
    select
        {{ bound }} as stratum_from,
        {{ bounds[loop.index0 + 1] if not loop.last else 100000 }} as stratum_to
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

waited as (
    select
        done.as_of_date,
        done.act,
        done.step,
        strata.stratum_from,
        done.did_before,
        least(done.days, strata.stratum_to) - strata.stratum_from as days,
        greatest(0, least(done.days_before, strata.stratum_to) - strata.stratum_from) as days_before,
        done.is_qualified and done.days <= strata.stratum_to as is_qualified
    from done
    inner join strata on done.days > strata.stratum_from
)

select
    as_of_date,
    act,
    step,
    stratum_from,
    cast(sum(case when stratum_from = 0 then 1 else 0 end) as bigint) as leads,
    cast(sum(case when stratum_from = 0 and did_before then 1 else 0 end) as bigint) as leads_who_did,
    cast(sum(days - days_before) as bigint) as days_after,
    cast(sum(days_before) as bigint) as days_before,
    cast(sum(case when is_qualified and did_before then 1 else 0 end) as bigint) as qualified_after,
    cast(sum(case when is_qualified and not did_before then 1 else 0 end) as bigint) as qualified_before
from waited
group by as_of_date, act, step, stratum_from
