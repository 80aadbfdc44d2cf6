-- One row per (source, message_id) that answers an export of ours: which recipient it went to, and how that was
-- found. By the token of the recipient or the published one, wherever it stands; else by the number or id the export
-- went to, else by a record of the person's: on the same channel, sent between the export and the seeded days after
-- its end, and naming no other audience or campaign. Whoever is not named by token answers a recipient that no
-- message known sooner answers: the second one to a number is a message of its own. The service desk's list sends no
-- message, so none answers it.
{%- set ends = "expires_at + cast(" ~ recall_number('answer_days') ~ " as int) * interval '1' day" %}
{%- set ways = [
    ('said.recipient_token = sent.recipient_token', 1), ('said.recipient_token = sent.published_token', 2),
    ('said.recipient_token = sent.id_token', 3), ('said.customer_id = sent.id_token', 3),
    ('said.source = sent.record_source and said.customer_id = sent.record_customer_id', 4),
] %}
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

recorded as (
    select
        sent.*,
        records.source as record_source,
        records.customer_id as record_customer_id
    from {{ ref('activations') }} as sent
    inner join {{ ref('published_records') }} as records
        on sent.one_id = records.one_id and sent.as_of_date = records.as_of_date
),

candidates as (
    {%- for condition, way in ways %}
    select
        said.*,
        sent.export_id,
        sent.recipient_token as sent_token,
        sent.message_channel as sent_channel,
        sent.audience_id as sent_audience_id,
        sent.campaign_id as sent_campaign_id,
        sent.exported_at,
        sent.expires_at,
        sent.withdrawn_at,
        {{ way }} as way
    from {{ 'recorded' if way == 4 else ref('activations') }} as sent
    inner join said on {{ condition }}
    where coalesce(sent.list_name, '') <> 'desk'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

named as (
    select * from candidates
    where
        way <= 2
        or (
            message_channel = sent_channel
            and exported_at <= sent_at
            and sent_at < {{ ends }}
            and (withdrawn_at is null or sent_at < withdrawn_at)
            and coalesce(audience_id = sent_audience_id, true)
            and coalesce(campaign_id = sent_campaign_id, true)
        )
),

chosen as (
    select
        *,
        row_number() over (
            partition by source, message_id
            order by
                way asc, exported_at <= sent_at desc, exported_at desc, export_id asc,
                sent_token asc, said_from asc
        ) as place
    from named
),

first_known as (
    select
        *,
        row_number() over (
            partition by export_id, sent_token order by said_from, way, sent_at, source, message_id
        ) as place_of_recipient
    from chosen
    where place = 1
)

select
    source,
    message_id,
    export_id,
    sent_token as recipient_token,
    case way when 3 then 'address' when 4 then 'record' else 'token' end as matched_by
from first_known
where way <= 2 or place_of_recipient = 1
