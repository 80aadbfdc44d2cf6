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

{#- Scalar: the non-null ones of some text expressions, and the items of a list column, as one sorted list. -#}
{% macro sorted_values(expressions, more=none) -%}
    {{ return(adapter.dispatch('sorted_values', 'siyu')(expressions, more)) }}
{%- endmacro %}
{% macro duckdb__sorted_values(expressions, more=none) -%}
    list_sort(list_filter(
        list_concat(cast([{{ expressions | join(', ') }}] as varchar[]), {{ more if more else 'cast([] as varchar[])' }}),
        lambda item: item is not null
    ))
{%- endmacro %}
{% macro default__sorted_values(expressions, more=none) -%}
    sort_array(filter(
        concat(array({{ expressions | join(', ') }}), {{ list_or_empty(more) if more else 'cast(array() as array<string>)' }}),
        item -> item is not null
    ))
{%- endmacro %}

{#- Select item: a row for each item of a list column; the whole row is left out where the list is empty. -#}
{% macro each_of(list_expression) -%}
    {{ return(adapter.dispatch('each_of', 'siyu')(list_expression)) }}
{%- endmacro %}
{% macro duckdb__each_of(list_expression) -%}
    unnest({{ list_expression }})
{%- endmacro %}
{% macro default__each_of(list_expression) -%}
    explode({{ list_expression }})
{%- endmacro %}
