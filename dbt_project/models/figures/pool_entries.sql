-- One row per (as_of_date, pool, one_id): the day on which somebody entered a pool. The traffic: first known, or first
-- seen by a device or a page, where that was before they became a lead. The leads: registered, a friend of the staff, a
-- follower of an official account, or left a form or a lead; of a lead as a CRM has it, the day on which it is known.
-- Who is known by a device or a page alone has no one_id: their own id stands for one.
with records as (
    select
        states.as_of_date,
        states.one_id,
        sources.begins_by,
        states.registered_date,
        states.began_date
    from {{ states_at(ref('record_states')) }} as states
    left join {{ ref('sources') }} as sources on states.source = sources.source
    where states.began_date <= states.as_of_date
),

touches as (
    select
        as_of_date,
        one_id,
        coalesce(one_id, 'anonymous ' || coalesce(anonymous_id, device_id, customer_id)) as person,
        touch,
        is_test,
        touched_date
    from {{ states_at(ref('interaction_states')) }} as states
    where touched_date <= as_of_date
),

-- Of each lead that counts today the first day on which it was known.
first_leads as (
    select
        today.as_of_date,
        today.one_id,
        min(leads.from_date) as lead_date
    from {{ states_at(ref('lead_states')) }} as today
    inner join {{ ref('lead_states') }} as leads
        on today.source = leads.source and today.lead_id = leads.lead_id and leads.from_date <= today.as_of_date
    where today.one_id is not null
    group by today.as_of_date, today.one_id
),

became_leads as (
    select
        as_of_date,
        one_id,
        min(lead_date) as lead_date
    from (
        select
            as_of_date,
            one_id,
            added_date as lead_date
        from {{ states_at(ref('friendships')) }} as friendships
        where added_date <= as_of_date
        union all
        select
            as_of_date,
            one_id,
            began_date as lead_date
        from records
        where begins_by = 'subscribing'
        union all
        select
            as_of_date,
            one_id,
            registered_date as lead_date
        from records
        where registered_date <= as_of_date
        union all
        select
            as_of_date,
            one_id,
            touched_date as lead_date
        from touches
        where touch = 'submit_form' and one_id is not null
        union all
        select
            as_of_date,
            one_id,
            lead_date
        from first_leads
    ) as steps
    group by as_of_date, one_id
),

first_known as (
    select
        as_of_date,
        person as one_id,
        min(known_date) as known_date
    from (
        select
            as_of_date,
            one_id as person,
            began_date as known_date
        from records
        union all
        select
            as_of_date,
            person,
            touched_date as known_date
        from touches
        where is_test is not true and person is not null
    ) as firsts
    group by as_of_date, person
)

select
    first_known.as_of_date,
    'traffic' as pool,
    first_known.one_id,
    first_known.known_date as entered_date
from first_known
left join became_leads
    on first_known.as_of_date = became_leads.as_of_date and first_known.one_id = became_leads.one_id
where became_leads.lead_date is null or became_leads.lead_date > first_known.known_date
union all
select
    as_of_date,
    'leads' as pool,
    one_id,
    lead_date as entered_date
from became_leads
