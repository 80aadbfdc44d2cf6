{#- A scalar of the seed segment_numbers, by its name. -#}
{% macro segment_number(name) -%}
    (select number_of.value from {{ ref('segment_numbers') }} as number_of where number_of.name = '{{ name }}')
{%- endmacro %}

{#- The dates of the run as literals, which the planner pushes down into the views that expand versions by date. -#}
{% macro among_dates(column, dates) -%}
    {%- if dates -%}
        {{ column }} in (
            {%- for date in dates | unique | sort %}cast('{{ date }}' as date){{ ', ' if not loop.last }}{% endfor -%}
        )
    {%- else -%}
        1 = 0
    {%- endif -%}
{%- endmacro %}
