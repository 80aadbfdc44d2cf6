{{ config(meta={'told_of': 'judged'}) }}
-- One row per (as_of_date, source, lead_id, act): what somebody did as a lead (lead_acts), first and last, from the
-- quarter before the CRM had them. A question is one of before the trial or, since the trial began, one after it.
{#- Of the leads' people alone, before dates are met: a brand without leads pays nothing for its customers' acts. -#}
{%- set of_leads = '(select touches.* from ' ~ ref('interaction_states') ~ ' as touches where touches.one_id in'
    ~ ' (select leads.one_id from ' ~ ref('lead_states') ~ ' as leads))' %}
with acts as (
    select
        act,
        touch,
        needs_trial,
        step,
        max(needs_trial) over (partition by touch) as may_follow_trial
    from {{ ref('lead_acts') }}
),

touches as (
    select
        leads.as_of_date,
        leads.source,
        leads.lead_id,
        touches.touch,
        touches.touched_date,
        min(case when touches.touch = 'trial' then touches.touched_date end) over (
            partition by leads.as_of_date, leads.source, leads.lead_id
        ) as trial_date
    from {{ ref('lead_histories') }} as leads
    inner join {{ states_at(of_leads, 'judged') }} as touches
        on leads.as_of_date = touches.as_of_date and leads.one_id = touches.one_id
    where
        {{ among_dates('leads.as_of_date', dates_of('judged')) }}
        and touches.touch in (select acts.touch from acts)
        and touches.touched_date
        > {{ add_days('leads.opened_date', '-cast(' ~ segment_number('lead_before_days') ~ ' as integer)') }}
)

select
    touches.as_of_date,
    touches.source,
    touches.lead_id,
    acts.act,
    acts.step,
    min(touches.touched_date) as first_date,
    max(touches.touched_date) as last_date,
    count(*) as times
from touches
inner join acts
    on
        touches.touch = acts.touch
        and acts.needs_trial = (acts.may_follow_trial and coalesce(touches.touched_date >= touches.trial_date, false))
group by touches.as_of_date, touches.source, touches.lead_id, acts.act, acts.step
