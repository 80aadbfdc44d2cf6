-- One row per (source, message_id, from_date): a message as known at the dates from from_date until before to_date,
-- and whose it was. recipient_one_id is the owner of its customer_id; where it names none, or one that is nobody's
-- record, whoever its number or address belonged to when it was sent. A step (delivered, opened ...) counts at a date
-- from its own day on. A word for its status that we do not know is no failure: caps count it, and nobody is written to
-- too often.
{%- set steps = ['sent', 'delivered', 'opened', 'clicked', 'replied', 'unsubscribed'] %}
{%- set told = ['message_channel', 'audience_id', 'campaign_id', 'offer_id', 'staff_id', 'failure_reason'] %}
with versions as (
    select
        source,
        message_id,
        customer_id,
        recipient_token,
        status,
        {%- for column in told + steps %}
        {{ column ~ ('_at' if column in steps else '') }},
        {%- endfor %}
        counts_from as from_date,
        counts_to as to_date
    from {{ ref('messages') }}
    where counts_to is null or counts_to > counts_from
),

-- Whose the number was when the version that names it says that it was sent, while that version stood.
addressed as (
    select
        versions.source,
        versions.message_id,
        identifiers.one_id,
        greatest(versions.from_date, identifiers.from_date) as from_date,
        least(versions.to_date, identifiers.to_date) as to_date
    from versions
    inner join {{ ref('identifier_owners') }} as identifiers
        on
            identifiers.id_type in {{ message_addresses() }}
            and versions.recipient_token = identifiers.id_token
            and (identifiers.valid_from is null or identifiers.valid_from <= versions.sent_at)
            and (identifiers.valid_to is null or identifiers.valid_to > versions.sent_at)
            and (versions.to_date is null or identifiers.from_date < versions.to_date)
            and (identifiers.to_date is null or identifiers.to_date > versions.from_date)
),

-- The days at which anything about a message changes: its version, its customer's owner, its number's owner.
days as (
    {%- for relation, through in [('versions', none), ('addressed', none), (ref('record_owners'), 'versions')] %}
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
    select
        spans.source,
        spans.message_id,
        spans.from_date,
        min(addressed.one_id) as one_id
    from spans
    inner join addressed
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
    owners.person_key,
    owners.one_id,
    coalesce(owners.is_test, false) as is_test,
    coalesce(owners.one_id, addressees.one_id) as recipient_one_id,
    {%- for column in told %}
    versions.{{ column }},
    {%- endfor %}
    not coalesce(statuses.is_failed, false) and versions.failure_reason is null as arrived,
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
