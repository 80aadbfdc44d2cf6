{#-
  Relations with rows that are alike in the columns that name their grain (nulls are alike), and how many such keys.
  `relations` is a list of (relation, columns).
-#}
{% macro rows_that_stand_twice(relations) -%}
    {%- for relation, columns in relations %}
select
    '{{ relation.identifier }}: ' || cast(count(*) as varchar)
    || ' keys stand twice in ({{ columns | join(", ") }})' as says
from (
    select 1 as one
    from {{ relation }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
) as repeated
having count(*) > 0
{% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}

{#- Every staging part of every noun with the columns that name a row of it, as rows_that_stand_twice takes them. -#}
{% macro part_grains() -%}
    {%- set grains = [] -%}
    {%- for noun in all_nouns() -%}
        {%- for part in noun_parts(noun) -%}
            {%- do grains.append((ref(part), noun_schema(noun)['grain'])) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(grains) }}
{%- endmacro %}
