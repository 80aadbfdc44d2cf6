-- One row per (source, message_id) that answers an export of ours: which recipient it went to, and how that was
-- found. By the token of the recipient or the published one, wherever it stands; else by the number or id the export
-- went to, else by a record of the person's: on the same channel, sent between the export and the seeded days after
-- its end, and naming no other audience or campaign. Whoever is not named by token answers a recipient that no
-- message known sooner answers: the second one to a number is a message of its own.
{%- set answers %}said.message_channel = sent.message_channel
            and sent.exported_at <= said.sent_at
            and said.sent_at < sent.answered_until
            and coalesce(said.audience_id = sent.audience_id, true)
            and coalesce(said.campaign_id = sent.campaign_id, true){% endset %}
with said as (
    select
        source,
        message_id,
        customer_id,
        recipient_token,
        message_channel,
        audience_id,
        campaign_id,
        sent_at,
        min(counts_from) as said_from
    from {{ ref('messages') }}
    where counts_to is null or counts_to > counts_from
    group by source, message_id, customer_id, recipient_token, message_channel, audience_id, campaign_id, sent_at
),

records as (
    select
        activations.export_id,
        activations.recipient_token,
        owners.source,
        owners.customer_id
    from {{ ref('activations') }} as activations
    inner join {{ ref('activation_records') }} as owners
        on activations.one_id = owners.one_id and activations.as_of_date = owners.as_of_date
),

in_time as (
    select
        *,
        {%- set ends = "expires_at + cast(" ~ recall_number('answer_days') ~ " as int) * interval '1' day" %}
        least(coalesce(withdrawn_at, {{ ends }}), {{ ends }}) as answered_until
    from {{ ref('activations') }}
),

named as (
    {%- for name, way in [('recipient_token', 1), ('published_token', 2)] %}
    select
        said.source,
        said.message_id,
        said.said_from,
        said.sent_at,
        sent.export_id,
        sent.recipient_token,
        sent.exported_at,
        {{ way }} as way
    from said
    inner join {{ ref('activations') }} as sent on said.recipient_token = sent.{{ name }}
    union
    {%- endfor %}
    {%- for name in ['recipient_token', 'customer_id'] %}
    select
        said.source,
        said.message_id,
        said.said_from,
        said.sent_at,
        sent.export_id,
        sent.recipient_token,
        sent.exported_at,
        3 as way
    from said
    inner join in_time as sent on said.{{ name }} = sent.id_token and {{ answers }}
    union
    {%- endfor %}
    select
        said.source,
        said.message_id,
        said.said_from,
        said.sent_at,
        sent.export_id,
        sent.recipient_token,
        sent.exported_at,
        4 as way
    from said
    inner join records on said.source = records.source and said.customer_id = records.customer_id
    inner join in_time as sent
        on records.export_id = sent.export_id and records.recipient_token = sent.recipient_token and {{ answers }}
),

chosen as (
    select
        *,
        row_number() over (
            partition by source, message_id
            order by
                way asc, case when exported_at <= sent_at then 0 else 1 end asc, exported_at desc, export_id asc,
                recipient_token asc, said_from asc
        ) as place
    from named
),

first_known as (
    select
        *,
        row_number() over (
            partition by export_id, recipient_token order by said_from, way, sent_at, source, message_id
        ) as place_of_recipient
    from chosen
    where place = 1
)

select
    source,
    message_id,
    export_id,
    recipient_token,
    case way when 3 then 'address' when 4 then 'record' else 'token' end as matched_by
from first_known
where way <= 2 or place_of_recipient = 1
