{#- A message's status as the seed message_statuses writes it: without case, blanks, dashes and underscores. -#}
{% macro status_word(column) -%}
    translate(lower({{ column }}), ' _-', '')
{%- endmacro %}
