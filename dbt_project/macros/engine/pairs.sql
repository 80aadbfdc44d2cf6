{#- Two values as one that compares by the first, then by the second: min() of it is the first row's pair. -#}
{% macro pair(first, second) -%}
    {{ return(adapter.dispatch('pair', 'siyu')(first, second)) }}
{%- endmacro %}
{% macro duckdb__pair(first, second) -%}
    struct_pack(head := {{ first }}, tail := {{ second }})
{%- endmacro %}
{% macro default__pair(first, second) -%}
    named_struct('head', {{ first }}, 'tail', {{ second }})
{%- endmacro %}
