-- One row per (source, message_id, from_date) of a message that answers an export of ours: whom and what the export was
-- for, at the dates at which that was so. is_named: the message names its recipient by our token.
select
    matches.source,
    matches.message_id,
    matches.matched_by = 'token' as is_named,
    sent.one_id,
    sent.person_key,
    sent.is_test,
    sent.audience_id,
    sent.campaign_id,
    sent.offer_id,
    sent.staff_id,
    sent.from_date,
    sent.to_date
from {{ ref('message_activations') }} as matches
inner join {{ ref('activation_states') }} as sent
    on matches.export_id = sent.export_id and matches.recipient_token = sent.recipient_token
