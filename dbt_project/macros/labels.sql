{#-
  The Monday at or before the newest date of the run, as a date literal: labels are told up to what its models may
  learn from. Without dates (parsing, empty builds) a date before any window closes.
-#}
{% macro newest_training_date() -%}
    {%- set dates = dates_of('as_of') | sort -%}
    {%- if dates -%}
        {%- set newest = modules.datetime.datetime.strptime(dates | last | string, '%Y-%m-%d') -%}
        {%- set monday = newest - modules.datetime.timedelta(days=newest.weekday()) -%}
        cast('{{ monday.strftime("%Y-%m-%d") }}' as date)
    {%- else -%}
        cast('2009-01-01' as date)
    {%- endif -%}
{%- endmacro %}

{#-
  The closed label windows of the feature dates, in the form of run_dates: as_of_date is the cut-off, ends_at and
  cut_off_at are those of the window's last day, as_of_date + horizon_days. What counts is what stood on that last day: a
  row is the same whichever run writes it.
-#}
{% macro label_dates() -%}
    (
        select
            as_of_date,
            ends_at + interval '{{ var("horizon_days") }}' day as ends_at,
            cut_off_at + interval '{{ var("horizon_days") }}' day as cut_off_at
        from {{ run_dates('feature') }} as cut_offs
        where {{ add_days('as_of_date', var('horizon_days')) }} < {{ newest_training_date() }}
    )
{%- endmacro %}
