{#- Dialect shims for exact arithmetic. -#}

{#- Whole quotient of two non-negative integers, rounded down. -#}
{% macro whole_quotient(dividend, divisor) -%}
    {{ return(adapter.dispatch('whole_quotient', 'siyu')(dividend, divisor)) }}
{%- endmacro %}
{% macro duckdb__whole_quotient(dividend, divisor) -%}
    cast(({{ dividend }}) // ({{ divisor }}) as bigint)
{%- endmacro %}
{% macro default__whole_quotient(dividend, divisor) -%}
    cast(({{ dividend }}) div ({{ divisor }}) as bigint)
{%- endmacro %}

{#- Whole quotient of two non-negative integers, rounded half up. -#}
{% macro rounded_quotient(dividend, divisor) -%}
    {{ siyu.whole_quotient('2 * (' ~ dividend ~ ') + (' ~ divisor ~ ')', '2 * (' ~ divisor ~ ')') }}
{%- endmacro %}

{#- Aggregate: the smallest value with at least this share of the values at or below it; exact, an observed value. -#}
{% macro observed_percentile(value, percent) -%}
    {{ return(adapter.dispatch('observed_percentile', 'siyu')(value, percent)) }}
{%- endmacro %}
{% macro duckdb__observed_percentile(value, percent) -%}
    quantile_disc({{ value }}, {{ percent / 100 }})
{%- endmacro %}
{% macro default__observed_percentile(value, percent) -%}
    percentile_disc({{ percent / 100 }}) within group (order by {{ value }})
{%- endmacro %}
