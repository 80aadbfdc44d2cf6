-- One row per (as_of_date, one_id) whose plan passes the last check: who refused, complained, unsubscribed or has no
-- consent for the plan's channel and purpose is out, and so is whoever refused to be profiled, by what is known at
-- publish and not only at the cut-off, from every plan but what is owed: an answer or a reminder rests on no profile,
-- unless its channel is kept for a tier. It is asked of the held back as of the sent, so that the two stay comparable;
-- whoever drew nothing has no channel to ask of.
select
    plans.as_of_date,
    plans.one_id,
    consents.source as consent_source,
    consents.changed_at as consent_at
from {{ source('recall', 'plans') }} as plans
inner join {{ run_dates('as_of') }} as dates
    on plans.as_of_date = dates.as_of_date
left join {{ ref('contact_consents') }} as consents
    on
        plans.as_of_date = consents.as_of_date
        and plans.one_id = consents.one_id
        and plans.message_channel = consents.message_channel
        and plans.consent_purpose = consents.purpose
left join {{ ref('do_not_contact_at_publish') }} as refusals
    on
        plans.one_id = refusals.one_id
        and plans.message_channel = refusals.message_channel
left join {{ ref('profiling_refused_at_publish') }} as unprofiled
    on plans.as_of_date = unprofiled.as_of_date and plans.one_id = unprofiled.one_id
{{ menu_of('plans') }}
where
    refusals.one_id is null
    and (unprofiled.one_id is null or {{ rests_on_no_profile('plans') }})
    and (consents.one_id is not null or plans.message_channel = 'nothing')
