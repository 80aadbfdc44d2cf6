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
