{{ config(materialized='view') }}

-- One row per version of a message, under a record of whoever it went to: its own, where it names one; else, where it
-- answers an export of ours, one that the person had on the plan's date. id_token is the number or address it went to,
-- as the export says it where the message says our token.
with records as (
    select
        matches.source,
        matches.message_id,
        owners.source as record_source,
        owners.customer_id,
        sent.id_type,
        sent.id_scope,
        sent.id_token,
        row_number() over (
            partition by matches.source, matches.message_id order by owners.source, owners.customer_id
        ) as place
    from {{ ref('message_activations') }} as matches
    inner join {{ ref('activations') }} as sent
        on matches.export_id = sent.export_id and matches.recipient_token = sent.recipient_token
    left join {{ ref('published_records') }} as owners
        on sent.one_id = owners.one_id and sent.as_of_date = owners.as_of_date
)

select
    coalesce(case when messages.customer_id is null then records.record_source end, messages.source) as source,
    coalesce(messages.customer_id, records.customer_id) as customer_id,
    messages.message_id,
    case when messages.recipient_token like 'r1:%' then records.id_type end as id_type,
    case when messages.recipient_token like 'r1:%' then coalesce(records.id_scope, '') else '' end as id_scope,
    case when messages.recipient_token like 'r1:%' then records.id_token else messages.recipient_token end as id_token,
    messages.message_channel,
    messages.staff_id,
    messages.status,
    messages.failure_reason,
    messages.sent_at,
    messages.delivered_at,
    {{ reached_at('messages') }} as reached_at,
    messages.opened_at,
    messages.clicked_at,
    messages.replied_at,
    messages.unsubscribed_at,
    messages.counts_from,
    messages.counts_to,
    messages.superseded_at,
    messages.file_id,
    messages.line
from {{ ref('messages') }} as messages
left join records
    on messages.source = records.source and messages.message_id = records.message_id and records.place = 1
