-- One row per contact that counts and stretch of dates: somebody was written to or called by us, as known at the
-- dates from from_date until before to_date. What left the house counts from its export on; what comes back of it (a
-- message, a task's result) takes its place and is no second contact, and is none where all of it says that nothing
-- arrived; what was taken back never was one. Whom the service desk's list names is a contact once it reports one: many
-- of them are awaited there. Messages that answer no export count by themselves once they arrived.
{%- set answers = ['opened', 'clicked', 'replied', 'unsubscribed'] %}
{%- set own = ['message_channel', 'audience_id', 'campaign_id', 'offer_id', 'staff_id'] %}
{%- set who = ['person_key', 'customer_one_id', 'one_id', 'is_test'] %}
{%- set firsts = [] %}
{%- for answer in answers %}
{%- set first = 'min(case when reports.arrived then reports.' ~ answer ~ '_at end) over whole' %}
{%- do firsts.append(first ~ ' as first_' ~ answer ~ '_at') %}
{%- endfor %}
{%- set key = ['export_id', 'recipient_token'] %}
-- A message that answers no export has days of nobody: they meet no recipient below.
with days as (
    {%- for relation in [ref('contact_reports'), ref('activation_states')] %}
    {%- for day in ['from_date', 'to_date'] %}
    select {{ key | join(', ') }}, {{ day }} as day
    from {{ relation }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

spans as (
    {{ spans_between('days', key) }}
),

-- What arrived first tells when, a message before a task's report; an answer counts whoever reported it.
told as (
    select
        spans.export_id as span_export_id,
        spans.recipient_token as span_token,
        spans.from_date as span_from,
        spans.to_date as span_to,
        reports.*,
        row_number() over (
            partition by spans.export_id, spans.recipient_token, spans.from_date
            order by
                reports.arrived desc, reports.is_message desc, reports.sent_at asc, reports.source asc,
                reports.message_id asc
        ) as place,
        {{ firsts | join(',\n        ') }}
    from spans
    left join {{ ref('contact_reports') }} as reports
        on
            spans.export_id = reports.export_id
            and spans.recipient_token = reports.recipient_token
            and reports.from_date <= spans.from_date
            and (reports.to_date is null or reports.to_date > spans.from_date)
    window whole as (partition by spans.export_id, spans.recipient_token, spans.from_date)
),

counted as (
    select
        true as is_message,
        cast(null as varchar) as export_id,
        cast(null as varchar) as recipient_token,
        source,
        message_id,
        customer_id,
        {{ (who + own) | join(', ') }},
        sent_at as contacted_at,
        {%- for answer in answers %}
        {{ answer }}_at,
        {%- endfor %}
        from_date,
        to_date
    from {{ ref('contact_reports') }}
    where export_id is null and arrived
    union all
    select
        coalesce(told.is_message, false) as is_message,
        told.span_export_id as export_id,
        told.span_token as recipient_token,
        case when told.customer_id is null then sent.source else told.source end as source,
        told.message_id,
        coalesce(told.customer_id, sent.customer_id) as customer_id,
        {%- for column in who + own %}
        coalesce(told.{{ column }}, sent.{{ column.replace('customer_', '') }}) as {{ column }},
        {%- endfor %}
        coalesce(told.sent_at, sent.exported_at) as contacted_at,
        {%- for answer in answers %}
        told.first_{{ answer }}_at as {{ answer }}_at,
        {%- endfor %}
        told.span_from as from_date,
        told.span_to as to_date
    from told
    left join {{ ref('activation_states') }} as sent
        on
            told.span_export_id = sent.export_id
            and told.span_token = sent.recipient_token
            and sent.from_date <= told.span_from
            and (sent.to_date is null or sent.to_date > told.span_from)
    where
        told.place = 1
        and (
            told.arrived
            or (told.message_id is null and not sent.is_withdrawn and coalesce(sent.list_name, '') <> 'desk')
        )
),

recalls as (
    {{ recall_campaigns('counted') }}
)

select
    counted.*,
    {%- for answer in answers %}
    {{ business_date(answer ~ '_at') }} as {{ answer }}_date,
    {%- endfor %}
    {{ business_date('contacted_at') }} as contacted_date,
    recalls.campaign_id is not null as is_recall
from counted
left join recalls on counted.campaign_id = recalls.campaign_id
