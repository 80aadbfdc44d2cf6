{{ config(materialized='table') }}
-- One row per (as_of_date, one_id) of who has an open lead that sales have not accepted yet: how old it is, how far
-- they came by what they did, and who else of their company is a lead. Of several leads of a person the oldest says
-- the age.
{%- set acts = [
    'form', 'download', 'asked', 'live', 'lesson', 'demonstration', 'trial', 'exercise', 'trial_question',
] %}
with leads as (
    select
        as_of_date,
        source,
        lead_id,
        one_id,
        opened_date
    from {{ ref('lead_histories') }}
    where qualified_date is null and not is_closed and {{ among_dates('as_of_date', dates_of('feature')) }}
),

colleagues as (
    select
        as_of_date,
        account_id,
        count(*) as leads,
        max(case when role = 'decision_maker' then 1 else 0 end) as has_decider
    from {{ ref('lead_accounts') }}
    where {{ among_dates('as_of_date', dates_of('feature')) }}
    group by as_of_date, account_id
),

of_companies as (
    select
        leads.as_of_date,
        leads.one_id,
        max(colleagues.leads) - 1 as colleagues,
        max(colleagues.has_decider) as has_decider
    from leads
    inner join {{ ref('lead_accounts') }} as accounts
        on
            leads.as_of_date = accounts.as_of_date
            and leads.source = accounts.source
            and leads.lead_id = accounts.lead_id
    inner join colleagues on accounts.as_of_date = colleagues.as_of_date and accounts.account_id = colleagues.account_id
    group by leads.as_of_date, leads.one_id
),

stood as (
    select
        leads.as_of_date,
        leads.one_id,
        max({{ days_between('leads.opened_date', 'leads.as_of_date') }}) as age_days,
        max(steps.rank) as step_rank,
        min({{ days_between('steps.reached_date', 'leads.as_of_date') }}) as step_days
    from leads
    inner join {{ ref('lead_steps_reached') }} as steps
        on
            leads.as_of_date = steps.as_of_date
            and leads.source = steps.source
            and leads.lead_id = steps.lead_id
            and steps.place = 1
    group by leads.as_of_date, leads.one_id
),

acted as (
    select
        leads.as_of_date,
        leads.one_id,
        min({{ days_between('touches.last_date', 'leads.as_of_date') }}) as act_recency_days,
        {%- for act in acts %}
        max(case when touches.act = '{{ act }}' then 1 else 0 end) as did_{{ act }},
        {%- endfor %}
        count(distinct touches.act) as acts,
        count(
            distinct case
                when {{ days_between('touches.last_date', 'leads.as_of_date') }} < 28 then touches.act
            end
        ) as acts_28d
    from leads
    inner join {{ ref('lead_touches') }} as touches
        on
            leads.as_of_date = touches.as_of_date
            and leads.source = touches.source
            and leads.lead_id = touches.lead_id
    group by leads.as_of_date, leads.one_id
)

select
    stood.as_of_date,
    stood.one_id,
    stood.age_days,
    stood.step_rank,
    stood.step_days,
    acted.act_recency_days,
    coalesce(acted.acts, 0) as acts,
    coalesce(acted.acts_28d, 0) as acts_28d,
    {%- for act in acts %}
    coalesce(acted.did_{{ act }}, 0) as did_{{ act }},
    {%- endfor %}
    coalesce(of_companies.colleagues, 0) as colleagues,
    coalesce(of_companies.has_decider, 0) as has_decider
from stood
left join acted on stood.as_of_date = acted.as_of_date and stood.one_id = acted.one_id
left join of_companies on stood.as_of_date = of_companies.as_of_date and stood.one_id = of_companies.one_id
