{#- Dialect shims of the published tables. -#}

{#- A UTC instant of the warehouse as an instant with a zone, as readers outside get it. -#}
{% macro instant(expression) -%}
    {{ return(adapter.dispatch('instant', 'siyu')(expression)) }}
{%- endmacro %}
{% macro duckdb__instant(expression) -%}
    cast({{ expression }} as timestamp with time zone)
{%- endmacro %}
{% macro default__instant(expression) -%}
    cast({{ expression }} as timestamp_ltz)
{%- endmacro %}

{#- A list in its published form: never null, sorted. -#}
{% macro published_list(expression) -%}
    {{ return(adapter.dispatch('published_list', 'siyu')(expression)) }}
{%- endmacro %}
{% macro duckdb__published_list(expression) -%}
    list_sort(coalesce({{ expression }}, cast([] as varchar[])))
{%- endmacro %}
{% macro default__published_list(expression) -%}
    sort_array(coalesce({{ expression }}, cast(array() as array<string>)))
{%- endmacro %}
