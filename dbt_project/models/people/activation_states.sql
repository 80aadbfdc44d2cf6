-- One row per (export_id, recipient_token, from_date): a recipient of an export at the dates from from_date until
-- before to_date, whose it was (published_ids), and whether it was taken back by then.
with activations as (
    select * from {{ ref('activations') }}
),

days as (
    select export_id, recipient_token, counts_from as day from activations
    union
    select export_id, recipient_token, withdrawn_from as day from activations
    where withdrawn_from > counts_from
    {%- for day in ['from_date', 'to_date'] %}
    union
    select activations.export_id, activations.recipient_token, ids.{{ day }} as day
    from activations
    inner join {{ ref('published_ids') }} as ids
        on
            activations.one_id = ids.one_id
            and activations.as_of_date = ids.as_of_date
            and activations.counts_from < ids.{{ day }}
    {%- endfor %}
),

spans as (
    {{ spans_between('days', ['export_id', 'recipient_token']) }}
)

select
    activations.export_id,
    activations.recipient_token,
    ids.source,
    ids.customer_id,
    coalesce(ids.owner_one_id, activations.one_id) as one_id,
    ids.person_key,
    coalesce(ids.is_test, false) as is_test,
    activations.list_name,
    activations.message_channel,
    activations.audience_id,
    activations.campaign_id,
    activations.offer_id,
    activations.staff_id,
    activations.task_id,
    activations.exported_at,
    {{ business_date('activations.exported_at') }} as exported_date,
    coalesce(activations.withdrawn_from <= spans.from_date, false) as is_withdrawn,
    spans.from_date,
    spans.to_date
from spans
inner join activations
    on spans.export_id = activations.export_id and spans.recipient_token = activations.recipient_token
left join {{ ref('published_ids') }} as ids
    on
        activations.one_id = ids.one_id
        and activations.as_of_date = ids.as_of_date
        and ids.from_date <= spans.from_date
        and (ids.to_date is null or ids.to_date > spans.from_date)
