-- One row per (as_of_date, source, lead_id): where a lead stands, by the CRM and by what they did, who works on it, and
-- the play of seed lead_plays that is due by the time they have stood there. A contact since the play began puts it off
-- by its wait. Test accounts and our own staff are no leads; of whom nobody may profile only the CRM's word is told.
with staff as (
    select
        as_of_date,
        staff_id
    from {{ states_at(ref('staff_states')) }} as listed
    where not has_left
),

contacted as (
    select
        as_of_date,
        one_id,
        max(contacted_date) as last_contact_date
    from {{ states_at(ref('contacts')) }} as contacts
    where one_id is not null and contacted_date <= as_of_date
    group by as_of_date, one_id
),

acted as (
    select
        as_of_date,
        source,
        lead_id,
        max(last_date) as last_act_date,
        max_by(act, last_date) as last_act
    from {{ ref('lead_touches') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, source, lead_id
),

standing as (
    select
        leads.as_of_date,
        leads.source,
        leads.lead_id,
        leads.one_id,
        leads.company,
        leads.opened_date,
        leads.status,
        leads.status_since_date,
        leads.qualified_date,
        leads.is_closed,
        case
            when leads.status = 'opportunity' then 'opportunity'
            when leads.is_qualified and not leads.is_closed then 'qualified'
            when not leads.is_closed then 'open'
        end as play_status,
        steps.step,
        steps.reached_date as step_since_date,
        acted.last_act,
        acted.last_act_date,
        contacted.last_contact_date,
        coalesce(staff.staff_id, profile.owner_staff_id) as staff_id,
        profile.exclusion
    from {{ ref('lead_histories') }} as leads
    inner join {{ ref('lead_steps_reached') }} as steps
        on
            leads.as_of_date = steps.as_of_date
            and leads.source = steps.source
            and leads.lead_id = steps.lead_id
            and steps.place = 1
    inner join {{ ref('customer_profile') }} as profile
        on leads.as_of_date = profile.as_of_date and leads.one_id = profile.one_id
    left join acted
        on leads.as_of_date = acted.as_of_date and leads.source = acted.source and leads.lead_id = acted.lead_id
    left join contacted on leads.as_of_date = contacted.as_of_date and leads.one_id = contacted.one_id
    left join staff on leads.as_of_date = staff.as_of_date and leads.owner = staff.staff_id
    where
        profile.may_be_served
        and {{ among_dates('leads.as_of_date', dates_of('as_of')) }}
),

since as (
    select
        standing.*,
        case
            when standing.play_status = 'open' then standing.step_since_date
            else standing.status_since_date
        end as since_date
    from standing
),

plays as (
    select
        since.as_of_date,
        since.source,
        since.lead_id,
        plays.play,
        plays.due_days,
        plays.first_channel,
        plays.second_channel,
        case
            when since.last_contact_date >= {{ add_days('since.since_date', 'cast(plays.from_days as integer)') }}
                then {{ add_days('since.last_contact_date', 'cast(plays.wait_days as integer)') }}
            else {{ add_days('since.since_date', 'cast(plays.from_days as integer)') }}
        end as play_from_date,
        row_number() over (
            partition by since.as_of_date, since.source, since.lead_id order by plays.from_days desc
        ) as place
    from since
    inner join {{ ref('lead_plays') }} as plays
        on
            since.play_status = plays.status
            and since.step = coalesce(nullif(plays.step, ''), since.step)
            and {{ days_between('since.since_date', 'since.as_of_date') }} >= plays.from_days
)

select
    since.as_of_date,
    since.source,
    since.lead_id,
    since.one_id,
    since.company,
    since.opened_date,
    since.status,
    since.status_since_date,
    since.qualified_date,
    since.is_closed,
    since.step,
    since.step_since_date,
    since.last_act,
    since.last_act_date,
    since.last_contact_date,
    since.staff_id,
    since.exclusion,
    plays.play,
    plays.play_from_date,
    plays.due_days,
    plays.first_channel,
    plays.second_channel
from since
left join plays
    on
        since.as_of_date = plays.as_of_date
        and since.source = plays.source
        and since.lead_id = plays.lead_id
        and plays.place = 1
