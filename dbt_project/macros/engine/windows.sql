{#- The last value that is not null among the rows of a window, as DuckDB and Spark spell it. -#}
{% macro last_said(expression) -%}
    {{ return(adapter.dispatch('last_said', 'siyu')(expression)) }}
{%- endmacro %}
{% macro duckdb__last_said(expression) -%}
    last_value({{ expression }} ignore nulls)
{%- endmacro %}
{% macro default__last_said(expression) -%}
    last_value({{ expression }}, true)
{%- endmacro %}
