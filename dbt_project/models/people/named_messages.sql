{{ config(materialized='view') }}

-- One row per version of a message, under a record of whoever it went to: its own, where it names one; else, where it
-- answers an export of ours, one that the person had on the plan's date.
with records as (
    select
        matches.source,
        matches.message_id,
        owners.source as record_source,
        owners.customer_id,
        row_number() over (
            partition by matches.source, matches.message_id order by owners.source, owners.customer_id
        ) as place
    from {{ ref('message_activations') }} as matches
    inner join {{ ref('activations') }} as sent
        on matches.export_id = sent.export_id and matches.recipient_token = sent.recipient_token
    inner join {{ ref('record_owners') }} as owners
        on
            sent.one_id = owners.one_id
            and owners.from_date <= sent.as_of_date
            and (owners.to_date is null or owners.to_date > sent.as_of_date)
)

select
    case when messages.customer_id is null then coalesce(records.record_source, messages.source) else messages.source end
        as source,
    coalesce(messages.customer_id, records.customer_id) as customer_id,
    messages.message_id,
    messages.message_channel,
    messages.staff_id,
    {{ reached_at('messages') }} as reached_at,
    messages.opened_at,
    messages.clicked_at,
    messages.replied_at,
    messages.counts_from,
    messages.counts_to
from {{ ref('messages') }} as messages
left join records
    on messages.source = records.source and messages.message_id = records.message_id and records.place = 1
