{#- A scalar of the seed segment_numbers, by its name. -#}
{% macro segment_number(name) -%}
    (select number_of.value from {{ ref('segment_numbers') }} as number_of where number_of.name = '{{ name }}')
{%- endmacro %}
