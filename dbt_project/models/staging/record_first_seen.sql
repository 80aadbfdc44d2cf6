-- One row per (source, customer_id): since when any record named it. A brand may bring orders and no customer file.
-- first_seen_at is what was seen by what was known first: an older order that arrives later must not reach back.
-- is_met: something else names it than what was sent to it and what it complained of or answered: a message, a consent,
-- a complaint, a number that was called or texted. Of the others nobody knows more than that they refused, or did not.
with seen as (
    {%- for noun, seen_at in sighting_nouns().items() %}
    {%- for part in noun_parts(noun) %}
    select
        source,
        customer_id,
        min({{ pair('known_at', seen_at) }}) as sighting,
        {% if noun in ['messages', 'consents'] -%}
        false
        {%- elif noun == 'events' -%}
        max(event_type <> 'complain')
        {%- else -%}
        true
        {%- endif %} as is_met
    from {{ ref(part) }}
    where customer_id is not null
    group by source, customer_id
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for part in noun_parts('member_merges') %}
    {%- for side in ['customer_id_from', 'customer_id_to'] %}
    select
        source,
        {{ side }} as customer_id,
        {{ pair('known_at', 'merged_at') }} as sighting,
        true as is_met
    from {{ ref(part) }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for part in identifier_parts() %}
    select
        source,
        customer_id,
        min({{ pair('known_at', 'observed_at') }}) as sighting,
        max(origin not in ('sms', 'call')) as is_met
    from {{ ref(part) }}
    group by source, customer_id
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select
    source,
    customer_id,
    (min(sighting)).head as first_known_at,
    (min(sighting)).tail as first_seen_at,
    max(is_met) as is_met
from seen
group by source, customer_id
