{{ config(materialized='view') }}

-- One row per recipient of an export of our own, known from the export on, and when they were taken back, alone or with
-- the whole export.
with withdrawals as (
    select
        export_id,
        recipient_token,
        min(withdrawn_at) as withdrawn_at
    from {{ source('channels', 'withdrawals') }}
    group by export_id, recipient_token
)

select
    sent.export_id,
    sent.recipient_token,
    sent.published_token,
    sent.list_name,
    sent.version,
    sent.as_of_date,
    sent.one_id,
    sent.message_channel,
    sent.audience_id,
    sent.policy_id,
    sent.campaign_id,
    sent.offer_id,
    sent.task_id,
    sent.staff_id,
    sent.id_type,
    coalesce(sent.id_scope, '') as id_scope,
    sent.id_token,
    sent.exported_at,
    coalesce(sent.expires_at, sent.exported_at) as expires_at,
    sent.expected_cost_fen,
    least(alone.withdrawn_at, whole.withdrawn_at) as withdrawn_at
from {{ source('channels', 'activations') }} as sent
left join withdrawals as alone
    on sent.export_id = alone.export_id and sent.recipient_token = alone.recipient_token
left join withdrawals as whole
    on sent.export_id = whole.export_id and whole.recipient_token is null
