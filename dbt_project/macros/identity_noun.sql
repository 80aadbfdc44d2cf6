{#- The staging parts of a noun, one under the other. -#}
{% macro parts_together(noun) -%}
    {%- set columns = (noun_schema(noun)['columns'].keys() | list) + ['known_at', 'file_id', 'line'] -%}
    {%- set parts = noun_parts(noun) -%}
    {%- if not parts %}{{ exceptions.raise_compiler_error("no staging model is a part of " ~ noun) }}{% endif -%}
    {%- for part in parts %}
    select
        {%- for column in columns %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(part) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}

{#-
  A noun: every version of every row from all its staging parts, with superseded_at, the earliest moment at which a
  newer version was known (null for the newest). A version counts
  from the date counts_from until before counts_to: the dates whose cut-off knew it. Versions are ordered by updated_at,
  or known_at where the source has
  none, so an older version that arrives late is superseded before it is known and never shows.
  Rows whose key stands once pass by the window: 0.3 s instead of 1.0 s on 1.3 million order lines.
-#}
{% macro noun_table(noun, landed=none) -%}
    {%- set schema = noun_schema(noun) -%}
    {%- set updated_at = 'coalesce(versions.updated_at, versions.known_at)' if 'updated_at' in schema['columns'] else 'versions.known_at' -%}
    {%- set same_key -%}
        {%- for column in schema['key'] -%}
            {{ ' and ' if not loop.first }}versions.{{ column }} is not distinct from repeated.{{ column }}
        {%- endfor -%}
    {%- endset -%}
with received as (
    {% if landed -%}
    select * from {{ landed }}
    {%- else -%}
    {{ parts_together(noun) }}
    {%- endif %}
),

versions as (
    select
        received.*,
        {% if 'updated_at' in schema['columns'] -%}
        greatest({{ known_date('received.known_at') }}, {{ business_date('received.updated_at') }})
        {%- else -%}
        {{ known_date('received.known_at') }}
        {%- endif %} as counts_from
    from received
),

repeated as (
    select
        {%- for column in schema['key'] %}
        {{ column }},
        {%- endfor %}
        count(*) as version_count
    from versions
    group by {{ schema['key'] | join(', ') }}
    having count(*) > 1
),

numbered as (
    select
        versions.*,
        min(versions.known_at) over following as superseded_at,
        min(versions.counts_from) over following as counts_to
    from versions
    inner join repeated on {{ same_key }}
    window following as (
        partition by {% for column in schema['key'] %}versions.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        order by {{ updated_at }}, versions.known_at, versions.file_id, versions.line
        rows between 1 following and unbounded following
    )
    union all
    select
        versions.*,
        cast(null as timestamp) as superseded_at,
        cast(null as date) as counts_to
    from versions
    left join repeated on {{ same_key }}
    where repeated.version_count is null
)

select
    {%- for column in schema['columns'] %}
    {{ column }},
    {%- endfor %}
    known_at,
    superseded_at,
    file_id,
    line,
    counts_from,
    counts_to
from numbered
{%- endmacro %}
