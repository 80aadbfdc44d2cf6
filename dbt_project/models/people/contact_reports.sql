-- One row per (source, message_id, from_date) of what came back about a contact, and which recipient of an export it
-- answers, if any: a message as the platform told it, or what staff reported of a task that was exported.
{%- set own = ['message_channel', 'audience_id', 'campaign_id', 'offer_id', 'staff_id'] %}
{%- set answers = ['opened', 'clicked', 'replied', 'unsubscribed'] %}
select
    matches.export_id,
    matches.recipient_token,
    states.source,
    states.message_id,
    true as is_message,
    states.customer_id,
    states.person_key,
    states.one_id as customer_one_id,
    states.recipient_one_id as one_id,
    states.is_test,
    states.arrived,
    states.failure_reason,
    false as is_done,
    {%- for column in own %}
    states.{{ column }},
    {%- endfor %}
    states.sent_at,
    {%- for answer in answers %}
    states.{{ answer }}_at,
    {%- endfor %}
    states.from_date,
    states.to_date
from {{ ref('message_states') }} as states
left join {{ ref('message_activations') }} as matches
    on states.source = matches.source and states.message_id = matches.message_id
union all
select
    sent.export_id,
    sent.recipient_token,
    'task_results' as source,
    results.task_id as message_id,
    false as is_message,
    null as customer_id,
    sent.person_key,
    sent.one_id as customer_one_id,
    sent.one_id,
    sent.is_test,
    statuses.is_sent as arrived,
    case when not statuses.is_sent then results.status end as failure_reason,
    statuses.is_booking or statuses.is_purchase as is_done,
    {%- for column in own %}
    sent.{{ column }},
    {%- endfor %}
    results.changed_at as sent_at,
    null as opened_at,
    null as clicked_at,
    case when statuses.is_reply then results.changed_at end as replied_at,
    null as unsubscribed_at,
    greatest(results.from_date, sent.from_date) as from_date,
    least(results.to_date, sent.to_date) as to_date
from {{ ref('task_result_states') }} as results
inner join {{ ref('task_statuses') }} as statuses on results.status = statuses.status
inner join {{ ref('activation_states') }} as sent
    on
        results.task_id = sent.task_id
        and (results.to_date is null or results.to_date > sent.from_date)
        and (sent.to_date is null or sent.to_date > results.from_date)
