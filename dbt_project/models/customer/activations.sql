-- One row per (export_id, recipient_token): a recipient of an export of our own, as the house wrote it down. No noun:
-- nobody sends it to us.
select
    export_id,
    recipient_token,
    published_token,
    list_name,
    as_of_date,
    one_id,
    message_channel,
    audience_id,
    policy_id,
    campaign_id,
    offer_id,
    task_id,
    staff_id,
    id_type,
    id_scope,
    id_token,
    exported_at,
    expires_at,
    expected_cost_fen,
    withdrawn_at,
    {{ known_date('exported_at') }} as counts_from,
    {{ known_date('withdrawn_at') }} as withdrawn_from
from {{ ref('own_activations') }}
