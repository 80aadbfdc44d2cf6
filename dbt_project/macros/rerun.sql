{#- Takes the run's dates out of an incremental table before they are told anew, also where nothing is left to tell. -#}
{% macro forget_dates() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where {{ among_dates('as_of_date', dates_of('as_of')) }}
    {%- endif -%}
{%- endmacro %}
