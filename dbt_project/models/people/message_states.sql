-- One row per (source, message_id, from_date): a message as known at the dates from from_date until before to_date,
-- and whose it was. recipient_one_id is the owner of its customer_id; where it names none, or one that is nobody's
-- record, whoever its number or address belonged to when it was sent. A step (delivered, opened ...) counts at a date
-- from its own day on. A word for its status that we do not know is no failure: caps count it, and nobody is written to
-- too often. A message that answers an export of ours is its recipient's where it names them by token or nobody else,
-- and says what that export said where it is silent. It reached them when it was delivered; of a channel that never
-- tells, when it was sent.
{%- set steps = ['sent', 'delivered', 'opened', 'clicked', 'replied', 'unsubscribed'] %}
{%- set told = ['message_channel', 'audience_id', 'campaign_id', 'offer_id', 'staff_id', 'failure_reason'] %}
{%- set answered = ['audience_id', 'campaign_id', 'offer_id', 'staff_id'] %}
{%- set parts = [('versions', 0), ('message_addressees', 0), ('message_answers', 0), ('record_owners', 'versions')] %}
{%- set own = "coalesce(answers.is_named, false)" %}
with versions as (
    select
        source,
        message_id,
        customer_id,
        status,
        {%- for column in told + steps %}
        {{ column ~ ('_at' if column in steps else '') }},
        {%- endfor %}
        counts_from as from_date,
        counts_to as to_date
    from {{ ref('messages') }}
    where counts_to is null or counts_to > counts_from
),

-- The days at which anything about a message changes: itself, whose its customer or number is, what it answers.
days as (
    {%- for name, through in parts %}
    {%- set relation = name if name == 'versions' else ref(name) %}
    {%- for day in ['from_date', 'to_date'] %}
    select
        {{ through or 'changed' }}.source,
        {{ through or 'changed' }}.message_id,
        changed.{{ day }} as day
    from {{ relation }} as changed
    {% if through %}inner join versions
        on changed.source = versions.source and changed.customer_id = versions.customer_id{% endif %}
    where changed.{{ day }} is not null
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

spans as (
    {{ spans_between('days', ['source', 'message_id']) }}
),

-- A number and an address may be two people's: then the id that sorts first.
addressees as (
    select spans.source, spans.message_id, spans.from_date, min(addressed.one_id) as one_id
    from spans
    inner join {{ ref('message_addressees') }} as addressed
        on
            spans.source = addressed.source
            and spans.message_id = addressed.message_id
            and addressed.from_date <= spans.from_date
            and (addressed.to_date is null or addressed.to_date > spans.from_date)
    group by spans.source, spans.message_id, spans.from_date
)

select
    versions.source,
    versions.message_id,
    versions.customer_id,
    {%- for column in ['person_key', 'one_id', 'is_test'] %}
    case
        when {{ own }} then answers.{{ column }}
        else coalesce(owners.{{ column }}, answers.{{ column }}{{ ', false' if column == 'is_test' }})
    end as {{ column }},
    {%- endfor %}
    case
        when {{ own }} then answers.one_id
        else coalesce(owners.one_id, addressees.one_id, answers.one_id)
    end as recipient_one_id,
    {%- for column in told %}
    {{ 'coalesce(versions.' ~ column ~ ', answers.' ~ column ~ ') as ' ~ column if column in answered
        else 'versions.' ~ column }},
    {%- endfor %}
    not coalesce(statuses.is_failed, false) and versions.failure_reason is null as arrived,
    {{ reached_at('versions') }} as reached_at,
    {{ business_date(reached_at('versions')) }} as reached_date,
    versions.status is null or statuses.status is not null as has_known_status,
    {%- for step in steps %}
    versions.{{ step }}_at,
    {{ business_date('versions.' ~ step ~ '_at') }} as {{ step }}_date,
    {%- endfor %}
    spans.from_date,
    spans.to_date
from spans
inner join versions
    on
        spans.source = versions.source
        and spans.message_id = versions.message_id
        and versions.from_date <= spans.from_date
        and (versions.to_date is null or versions.to_date > spans.from_date)
left join {{ ref('record_owners') }} as owners
    on
        versions.source = owners.source
        and versions.customer_id = owners.customer_id
        and owners.from_date <= spans.from_date
        and (owners.to_date is null or owners.to_date > spans.from_date)
left join {{ ref('message_statuses') }} as statuses
    on {{ status_word('versions.status') }} = statuses.status
left join addressees
    on
        spans.source = addressees.source
        and spans.message_id = addressees.message_id
        and spans.from_date = addressees.from_date
left join {{ ref('message_answers') }} as answers
    on
        spans.source = answers.source
        and spans.message_id = answers.message_id
        and answers.from_date <= spans.from_date
        and (answers.to_date is null or answers.to_date > spans.from_date)
