-- One row per (source, customer_id): since when any record named it. A brand may bring orders and no customer file.
with seen as (
    {%- for noun, seen_at in sighting_nouns().items() %}
    {%- for part in noun_parts(noun) %}
    select
        source,
        customer_id,
        min(known_at) as known_at,
        min({{ seen_at }}) as seen_at
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
        known_at,
        merged_at as seen_at
    from {{ ref(part) }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for part in identifier_parts() %}
    select
        source,
        customer_id,
        min(known_at) as known_at,
        min(observed_at) as seen_at
    from {{ ref(part) }}
    group by source, customer_id
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select
    source,
    customer_id,
    min(known_at) as first_known_at,
    min(seen_at) as first_seen_at
from seen
group by source, customer_id
