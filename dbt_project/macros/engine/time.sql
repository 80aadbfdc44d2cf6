{#- Dialect shims for time. Instants are UTC without a zone in the warehouse; business dates are Asia/Shanghai (UTC+8, no daylight saving since 1991). -#}

{% macro business_date(instant) -%}
    cast({{ instant }} + interval '8' hour as date)
{%- endmacro %}

{% macro local_hour(instant) -%}
    extract(hour from {{ instant }} + interval '8' hour)
{%- endmacro %}

{% macro add_days(date_expression, days) -%}
    {{ return(adapter.dispatch('add_days', 'siyu')(date_expression, days)) }}
{%- endmacro %}
{% macro duckdb__add_days(date_expression, days) -%}
    cast({{ date_expression }} + {{ days }} as date)
{%- endmacro %}
{% macro default__add_days(date_expression, days) -%}
    date_add({{ date_expression }}, {{ days }})
{%- endmacro %}

{#- Whole days from the first date to the second. -#}
{% macro days_between(from_date, to_date) -%}
    {{ return(adapter.dispatch('days_between', 'siyu')(from_date, to_date)) }}
{%- endmacro %}
{% macro duckdb__days_between(from_date, to_date) -%}
    ({{ to_date }} - {{ from_date }})
{%- endmacro %}
{% macro default__days_between(from_date, to_date) -%}
    datediff({{ to_date }}, {{ from_date }})
{%- endmacro %}
