{#- A ratio of integer or decimal sums: divided once, rounded, so the bytes do not depend on threads; null over nothing or over 0. -#}
{% macro ratio(numerator, denominator, scale=6) -%}
    round(cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0), {{ scale }})
{%- endmacro %}

{#- The sample deviation from integer sums (sum(double) and stddev differ between runs at two threads). -#}
{% macro deviation(count, total, square_total) -%}
    case
        when {{ count }} >= 2
            then round(
                sqrt(
                    cast({{ count }} * {{ square_total }} - {{ total }} * {{ total }} as double)
                    / cast({{ count }} * ({{ count }} - 1) as double)
                ), 6
            )
    end
{%- endmacro %}
