{#-
  Takes the run's dates out of an incremental table before they are told anew, also where nothing is left to tell. A
  table of many days has its version's date in another column than as_of_date: its unique key says in which.
-#}
{% macro forget_dates() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where {{ among_dates(model.config.unique_key, dates_of('as_of')) }}
    {%- endif -%}
{%- endmacro %}
