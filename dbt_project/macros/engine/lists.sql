{#- Dialect shims for lists. Every published list is sorted, without repeats and without nulls. -#}

{#- Aggregate: the distinct non-null values of a group as a sorted list. -#}
{% macro sorted_list(value) -%}
    {{ return(adapter.dispatch('sorted_list', 'siyu')(value)) }}
{%- endmacro %}
{% macro duckdb__sorted_list(value) -%}
    coalesce(list_sort(list_distinct(list({{ value }}))), cast([] as varchar[]))
{%- endmacro %}
{% macro default__sorted_list(value) -%}
    sort_array(collect_set({{ value }}))
{%- endmacro %}

{#- Scalar: a list column, or an empty list where it is null (after a left join). -#}
{% macro list_or_empty(list_expression) -%}
    {{ return(adapter.dispatch('list_or_empty', 'siyu')(list_expression)) }}
{%- endmacro %}
{% macro duckdb__list_or_empty(list_expression) -%}
    coalesce({{ list_expression }}, cast([] as varchar[]))
{%- endmacro %}
{% macro default__list_or_empty(list_expression) -%}
    coalesce({{ list_expression }}, cast(array() as array<string>))
{%- endmacro %}
