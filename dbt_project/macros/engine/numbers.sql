{#- Dialect shims for exact arithmetic. -#}

{#- Whole quotient of two non-negative integers, rounded down. -#}
{% macro whole_quotient(dividend, divisor) -%}
    {{ return(adapter.dispatch('whole_quotient', 'siyu')(dividend, divisor)) }}
{%- endmacro %}
{% macro duckdb__whole_quotient(dividend, divisor) -%}
    cast(({{ dividend }}) // ({{ divisor }}) as bigint)
{%- endmacro %}
{% macro default__whole_quotient(dividend, divisor) -%}
    cast(cast({{ dividend }} as decimal(38, 0)) div cast({{ divisor }} as decimal(38, 0)) as bigint)
{%- endmacro %}

{#- Whole quotient of two non-negative integers, rounded half up. -#}
{% macro rounded_quotient(dividend, divisor) -%}
    {{ whole_quotient('2 * (' ~ dividend ~ ') + (' ~ divisor ~ ')', '2 * (' ~ divisor ~ ')') }}
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

{#- Aggregate: a fingerprint of a set of texts, whatever their order. Compared within one run only, never stored for another. -#}
{% macro set_fingerprint(text) -%}
    {{ return(adapter.dispatch('set_fingerprint', 'siyu')(text)) }}
{%- endmacro %}
{% macro duckdb__set_fingerprint(text) -%}
    bit_xor(hash({{ text }}))
{%- endmacro %}
{% macro default__set_fingerprint(text) -%}
    bit_xor(xxhash64({{ text }}))
{%- endmacro %}

{#- Whole years from one date to another, as birthdays count them. -#}
{% macro whole_years(from_date, to_date) -%}
    (
        extract(year from {{ to_date }}) - extract(year from {{ from_date }})
        - case
            when
                extract(month from {{ to_date }}) * 100 + extract(day from {{ to_date }})
                < extract(month from {{ from_date }}) * 100 + extract(day from {{ from_date }})
                then 1
            else 0
        end
    )
{%- endmacro %}
