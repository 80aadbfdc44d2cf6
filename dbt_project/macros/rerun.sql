{#-
  Which rows of an incremental table a run tells anew: those of its dates, also where nothing is left to tell. A
  table of many days has its version's date in another column than as_of_date: its unique key says in which. What a
  table says of its own dates, and not of those the run publishes, its meta names: the closed windows of labels.
-#}
{% macro dates_told_anew() -%}
    {%- if config.get('meta', {}).get('told_of') -%}
        {{ config.require('unique_key') }} in (select told.as_of_date from {{ run_dates(config.get('meta').told_of) }} as told)
    {%- else -%}
        {{ among_dates(config.require('unique_key'), dates_of('as_of')) }}
    {%- endif -%}
{%- endmacro %}
