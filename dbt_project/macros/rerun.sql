{#-
  Takes the run's dates out of an incremental table before they are told anew, also where nothing is left to tell. A
  table of many days has its version's date in another column than as_of_date: its unique key says in which. What a
  table says of its own dates, and not of those the run publishes, its meta names: the closed windows of labels.
-#}
{% macro forget_dates() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where
        {% if model.config.meta.told_of -%}
            {{ model.config.unique_key }} in (select told.as_of_date from {{ run_dates(model.config.meta.told_of) }} as told)
        {%- else -%}
            {{ among_dates(model.config.unique_key, dates_of('as_of')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
