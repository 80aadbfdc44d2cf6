{#- A number of the seed recall_settings, by its name. -#}
{% macro recall_number(name) -%}
    (select number_of.value from {{ ref('recall_settings') }} as number_of where number_of.name = '{{ name }}')
{%- endmacro %}

{#-
  The cut-off of a date as an expression, where joining the run's dates makes the planner multiply a large table by
  all of them first (recall_baskets: 86 s against 2).
-#}
{% macro cut_off_of(date_expression) -%}
    (cast({{ date_expression }} as timestamp) + interval '{{ 16 + var("cut_off_hour") }}' hour)
{%- endmacro %}
