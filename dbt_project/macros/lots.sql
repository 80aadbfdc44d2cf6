{#- A lot of a thing whose name is a text: a whole number from 0 to 99, the same for the same text on every engine. -#}
{% macro lot_in_hundred(text) -%}
    {%- set digits = [] -%}
    {%- for place in range(1, 5) -%}
        {%- do digits.append(
            "(position(substr(md5(" ~ text ~ "), " ~ place ~ ", 1) in '0123456789abcdef') - 1) * " ~ 16 ** (4 - place)
        ) -%}
    {%- endfor -%}
    cast(floor(({{ digits | join(' + ') }}) * 100 / 65536.0) as bigint)
{%- endmacro %}
