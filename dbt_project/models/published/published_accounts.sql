-- One row per company with a lead: its contacts and their parts in the decision, its own stage, since when, its
-- contract, and who does what next. A company stands where the first of these is true: a contract in force, or a lead
-- that was won and no contract known (customer); a price on the table (opportunity); a contact who tries it
-- (evaluating); a contact who did something lately (learning); a contract that ended (lapsed); nothing (quiet).
{%- set renewal_days = '-cast(' ~ segment_number('contract_renewal_days') ~ ' as integer)' %}
{%- set roles = ['decision_maker', 'payer', 'evaluator', 'user', 'unknown'] %}
with contacts as (
    select
        accounts.as_of_date,
        accounts.account_id,
        accounts.role,
        leads.source,
        leads.lead_id,
        leads.one_id,
        leads.company,
        leads.opened_date,
        leads.status,
        leads.status_since_date,
        leads.staff_id,
        steps.rank,
        case when leads.exclusion is null then leads.step end as step,
        case when leads.exclusion is null then leads.step_since_date end as step_since_date,
        case when leads.exclusion is null then leads.last_act_date end as last_act_date,
        statuses.rank as status_rank,
        row_number() over (
            partition by accounts.as_of_date, accounts.account_id
            order by
                case when leads.status in ('lost', 'unfit') then 0 else statuses.rank end desc,
                steps.rank desc,
                leads.opened_date asc,
                leads.lead_id asc
        ) as place
    from {{ ref('lead_accounts') }} as accounts
    inner join {{ ref('lead_standings') }} as leads
        on
            accounts.as_of_date = leads.as_of_date
            and accounts.source = leads.source
            and accounts.lead_id = leads.lead_id
    inner join {{ ref('lead_steps') }} as steps on leads.step = steps.step
    inner join {{ ref('lead_statuses') }} as statuses on leads.status = statuses.status
    where {{ among_dates('accounts.as_of_date', dates_of('as_of')) }}
),

people as (
    select distinct
        as_of_date,
        account_id,
        one_id
    from contacts
),

contracts as (
    select
        people.as_of_date,
        people.account_id,
        max(ends.end_date) as contract_end_date,
        min(ends.from_date) as contract_from_date
    from people
    inner join {{ states_at(ref('entitlement_states')) }} as ends
        on people.as_of_date = ends.as_of_date and people.one_id = ends.one_id and ends.kind = 'contract'
    group by people.as_of_date, people.account_id
),

paid as (
    select
        people.as_of_date,
        people.account_id,
        sum(profile.net_paid_fen) as net_paid_fen
    from people
    inner join {{ ref('customer_profile') }} as profile
        on people.as_of_date = profile.as_of_date and people.one_id = profile.one_id
    group by people.as_of_date, people.account_id
),

rolled as (
    select
        contacts.as_of_date,
        contacts.account_id,
        max_by(contacts.company, case when contacts.company is not null then contacts.opened_date end) as company,
        count(distinct contacts.one_id) as contacts,
        {%- for role in roles %}
        count(distinct case when contacts.role = '{{ role }}' then contacts.one_id end) as {{ role }}s,
        {%- endfor %}
        max(case when contacts.place = 1 then contacts.source || ':' || contacts.lead_id end) as foremost_lead_id,
        max(case when contacts.place = 1 then contacts.staff_id end) as staff_id,
        min(contacts.opened_date) as opened_date,
        max_by(contacts.step, contacts.rank) as step,
        max(contacts.last_act_date) as last_act_date,
        min(case when contacts.status = 'won' then contacts.status_since_date end) as won_date,
        min(case when contacts.status = 'opportunity' then contacts.status_since_date end) as offered_date,
        min(
            case
                when contacts.step in ('led_by_hand', 'after_trial') and contacts.status not in ('lost', 'unfit')
                    then contacts.step_since_date
            end
        ) as tried_date
    from contacts
    group by contacts.as_of_date, contacts.account_id
),

staged as (
    select
        rolled.*,
        contracts.contract_end_date,
        paid.net_paid_fen,
        case
            when contracts.contract_end_date > rolled.as_of_date then 'customer'
            when contracts.contract_end_date is null and rolled.won_date is not null then 'customer'
            when rolled.offered_date is not null then 'opportunity'
            when rolled.tried_date is not null and {{ acted_lately('rolled') }} then 'evaluating'
            when contracts.contract_end_date is not null then 'lapsed'
            when {{ acted_lately('rolled') }} then 'learning'
            else 'quiet'
        end as stage,
        coalesce(contracts.contract_from_date, rolled.won_date) as bought_date
    from rolled
    left join contracts
        on rolled.as_of_date = contracts.as_of_date and rolled.account_id = contracts.account_id
    left join paid on rolled.as_of_date = paid.as_of_date and rolled.account_id = paid.account_id
),

dated as (
    select
        staged.*,
        stages.due_days,
        case staged.stage
            when 'customer' then staged.bought_date
            when 'opportunity' then staged.offered_date
            when 'evaluating' then staged.tried_date
            when 'lapsed' then staged.contract_end_date
            when 'learning' then staged.opened_date
            else coalesce(
                {{ add_days('staged.last_act_date', 'cast(' ~ segment_number('account_quiet_days') ~ ' as integer)') }},
                staged.opened_date
            )
        end as stage_since_date,
        case stages.needs_role
            {%- for role in roles[:2] %}
            when '{{ role }}' then case when staged.{{ role }}s = 0 then '{{ role }}' end
            {%- endfor %}
        end as missing_role,
        coalesce(
            staged.contract_end_date > staged.as_of_date
            and {{ days_between('staged.as_of_date', 'staged.contract_end_date') }}
            <= {{ segment_number('contract_renewal_days') }},
            false
        ) as is_to_renew,
        nullif(stages.play, '') as play
    from staged
    inner join {{ ref('account_stages') }} as stages on staged.stage = stages.stage
)

select
    cast(as_of_date as date) as as_of_date,
    account_id,
    company,
    cast(contacts as bigint) as contacts,
    {%- for role in roles %}
    cast({{ role }}s as bigint) as {{ role }}s,
    {%- endfor %}
    stage,
    stage_since_date,
    step,
    last_act_date,
    foremost_lead_id,
    staff_id,
    contract_end_date,
    cast(coalesce(net_paid_fen, 0) as bigint) as net_paid_fen,
    missing_role,
    case
        when is_to_renew then 'renew_contract'
        when play = 'bring_in_role' and missing_role is null then 'work_the_leads'
        else play
    end as next_play,
    case
        when
            is_to_renew
            then {{ add_days('contract_end_date', renewal_days) }}
        when missing_role is not null or play <> 'bring_in_role'
            then {{ add_days('stage_since_date', 'cast(nullif(due_days, 0) as integer)') }}
    end as due_date
from dated
