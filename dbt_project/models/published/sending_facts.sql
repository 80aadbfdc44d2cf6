{{ config(materialized='view') }}
-- One row per (as_of_date, list_name, one_id): what the law and the plan say of sending to a person whom a list names,
-- as it stands now, and the address it goes to. Whoever exports reads it; the first reason in the order of the seed
-- export_reasons keeps the person out. A hard rule bars every list but the general one, which is for whom nobody may
-- profile, and what is owed to them, which rests on no profile; nobody under 18, no test account and no staff stands in
-- that one either.
with people as (
    select
        as_of_date,
        one_id,
        exclusion
    from {{ ref('published_customers') }}
),

stops as (
    select
        as_of_date,
        list_name,
        one_id,
        min(stop) as stop
    from {{ ref('sending_stops') }}
    group by as_of_date, list_name, one_id
),

caps as (
    select
        as_of_date,
        list_name,
        one_id,
        min(cap_id) as cap_id
    from {{ ref('sending_caps') }}
    group by as_of_date, list_name, one_id
),

staff as (
    select staff_id from {{ ref('staff_states') }}
    where to_date is null and has_left
)

select
    listed.as_of_date,
    listed.list_name,
    listed.one_id,
    listed.message_channel,
    listed.audience_id,
    listed.policy_id,
    listed.ladder_step,
    listed.campaign_id,
    listed.wave,
    listed.arm,
    listed.offer_id,
    listed.template_id,
    listed.template_variables,
    listed.message_text,
    listed.staff_id,
    listed.store_id,
    listed.consent_purpose,
    listed.send_after_at,
    listed.send_before_at,
    listed.valid_until_at,
    listed.expected_cost_fen,
    listed.net_p50_fen,
    listed.why,
    refusals.one_id is not null and (refusals.is_no_customer or not coalesce(listed.is_awaited, false)) as is_refused,
    consents.one_id is not null or coalesce(listed.is_awaited, false) as has_consent,
    coalesce(listed.is_awaited, false) as is_awaited,
    coalesce(people.exclusion, case when unprofiled.one_id is not null then 'profiling_refused' end) as exclusion,
    (people.exclusion is not null and of_profiling.exclusion is null)
    or (
        listed.list_name <> 'general'
        and coalesce(people.exclusion, unprofiled.one_id) is not null
        and not {{ rests_on_no_profile('listed') }}
    ) as is_excluded,
    coalesce(arms.is_held_out, false)
    or (coalesce(drawn.global_holdout, false) and listed.consent_purpose <> 'service') as is_held_out,
    listed.arm is not null and not coalesce(arms.may_be_sent, false) as is_not_chosen,
    staff.staff_id is not null as sender_has_left,
    coalesce(tasks.task_id, listed.task_id) as task_id,
    stops.stop,
    caps.cap_id,
    addresses.id_type,
    addresses.id_scope,
    addresses.id_token,
    templates.text_zh,
    templates.scene_id,
    coalesce(templates.approved, false) as has_approved_words,
    gate.is_open as gate_is_open
from {{ ref('sending_list') }} as listed
cross join {{ ref('sending_gate') }} as gate
left join people on listed.as_of_date = people.as_of_date and listed.one_id = people.one_id
left join {{ ref('profiling_exclusions') }} as of_profiling on people.exclusion = of_profiling.exclusion
left join {{ ref('profiling_refused_at_publish') }} as unprofiled
    on listed.as_of_date = unprofiled.as_of_date and listed.one_id = unprofiled.one_id
{{ menu_of('listed') }}
left join {{ ref('do_not_contact_at_publish') }} as refusals
    on listed.one_id = refusals.one_id and listed.message_channel = refusals.message_channel
left join {{ ref('contact_consents') }} as consents
    on
        listed.as_of_date = consents.as_of_date
        and listed.one_id = consents.one_id
        and listed.message_channel = consents.message_channel
        and listed.consent_purpose = consents.purpose
left join {{ ref('arms') }} as arms on listed.arm = arms.arm
left join {{ ref('published_recall_assignment') }} as drawn
    on listed.as_of_date = drawn.as_of_date and listed.one_id = drawn.one_id and listed.list_name = 'audience'
left join {{ ref('published_recall_tasks') }} as tasks
    on
        listed.as_of_date = tasks.as_of_date
        and listed.list_name = 'audience'
        and listed.one_id = tasks.one_id
        and listed.message_channel = tasks.message_channel
left join staff on listed.staff_id = staff.staff_id
left join stops
    on
        listed.as_of_date = stops.as_of_date
        and listed.list_name = stops.list_name
        and listed.one_id = stops.one_id
left join caps
    on
        listed.as_of_date = caps.as_of_date
        and listed.list_name = caps.list_name
        and listed.one_id = caps.one_id
left join {{ ref('message_addresses') }} as addresses
    on
        listed.as_of_date = addresses.as_of_date
        and listed.one_id = addresses.one_id
        and listed.message_channel = addresses.message_channel
        and addresses.staff_id in ('', listed.staff_id)
left join {{ ref('published_message_templates') }} as templates
    on listed.as_of_date = templates.as_of_date and listed.template_id = templates.template_id
