-- One row per (export_id, recipient_token, from_date): a recipient of an export at the dates from from_date until
-- before to_date, whose it was, and whether it was taken back by then. It is whoever owns the records that the
-- published id owned on the plan's date: that id's own where it still has one of them, else the id that sorts first.
-- source and customer_id are one of those records.
with activations as (
    select * from {{ ref('activations') }}
),

held as (
    select
        records.one_id as published_one_id,
        records.as_of_date,
        owners.source,
        owners.customer_id,
        owners.one_id,
        owners.person_key,
        owners.is_test,
        owners.from_date,
        owners.to_date
    from {{ ref('activation_records') }} as records
    inner join {{ ref('record_owners') }} as owners
        on records.source = owners.source and records.customer_id = owners.customer_id
),

days as (
    select export_id, recipient_token, counts_from as day from activations
    union
    select export_id, recipient_token, withdrawn_from as day from activations
    where withdrawn_from > counts_from
    {%- for day in ['from_date', 'to_date'] %}
    union
    select activations.export_id, activations.recipient_token, held.{{ day }} as day
    from activations
    inner join held
        on
            activations.one_id = held.published_one_id
            and activations.as_of_date = held.as_of_date
            and activations.counts_from < held.{{ day }}
    {%- endfor %}
),

spans as (
    {{ spans_between('days', ['export_id', 'recipient_token']) }}
),

placed as (
    select
        spans.from_date,
        spans.to_date,
        held.source,
        held.customer_id,
        coalesce(held.one_id, activations.one_id) as owner_one_id,
        held.person_key,
        coalesce(held.is_test, false) as is_test,
        activations.*,
        row_number() over (
            partition by spans.export_id, spans.recipient_token, spans.from_date
            order by
                case when held.one_id = activations.one_id then 0 else 1 end, held.one_id, held.source, held.customer_id
        ) as place
    from spans
    inner join activations
        on spans.export_id = activations.export_id and spans.recipient_token = activations.recipient_token
    left join held
        on
            activations.one_id = held.published_one_id
            and activations.as_of_date = held.as_of_date
            and held.from_date <= spans.from_date
            and (held.to_date is null or held.to_date > spans.from_date)
)

select
    export_id,
    recipient_token,
    source,
    customer_id,
    owner_one_id as one_id,
    person_key,
    is_test,
    message_channel,
    audience_id,
    campaign_id,
    offer_id,
    staff_id,
    task_id,
    exported_at,
    {{ business_date('exported_at') }} as exported_date,
    coalesce(withdrawn_from <= from_date, false) as is_withdrawn,
    from_date,
    to_date
from placed
where place = 1
