{#-
  The Monday at or before the newest date of the run, as a date literal: labels are told up to what its models may
  learn from. Without dates (parsing, empty builds) a date before any window closes.
-#}
{% macro newest_training_date() -%}
    {%- set dates = var('as_of_dates') | sort -%}
    {%- if dates -%}
        {%- set newest = modules.datetime.datetime.strptime(dates | last | string, '%Y-%m-%d') -%}
        {%- set monday = newest - modules.datetime.timedelta(days=newest.weekday()) -%}
        cast('{{ monday.strftime("%Y-%m-%d") }}' as date)
    {%- else -%}
        cast('2009-01-01' as date)
    {%- endif -%}
{%- endmacro %}
