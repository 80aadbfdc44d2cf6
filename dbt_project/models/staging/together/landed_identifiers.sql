-- One row per observation that a record carried an identifier, of every channel that observes any.
{{ config(materialized='view') }}

{% for part in identifier_parts() -%}
select
    source,
    customer_id,
    id_type,
    id_scope,
    id_value,
    observed_at,
    unbound_at,
    known_at,
    channel,
    file_id,
    line,
    origin
from {{ ref(part) }}
{{ 'union all' if not loop.last }}
{% endfor %}
