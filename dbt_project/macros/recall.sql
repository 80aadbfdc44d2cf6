{#- A number of the seed recall_settings, by its name. -#}
{% macro recall_number(name) -%}
    (select number_of.value from {{ ref('recall_settings') }} as number_of where number_of.name = '{{ name }}')
{%- endmacro %}
