{#-
  Dates at which figures are read, in the form of run_dates. A table rather than a list in every query: the planner
  then knows that they are few (measured: the figures of a day in a third of the time).
-#}
{% macro reading_instants() -%}
    (
        select
            as_of_date,
            ends_at,
            cut_off_at
        from {{ ref('reading_instants') }}
    )
{%- endmacro %}

{#- Days before the first one of a version that a figure over a week may look back to. -#}
{% macro kpi_look_back() -%}
    {{ return(7) }}
{%- endmacro %}

{#- The date at which a day's fact is read when the figure that uses it is read at `reading_date`. -#}
{% macro read_on(day, reading_date) -%}
    least({{ reading_date }}, {{ add_days(day, (var('restate_days') | int) - 1) }})
{%- endmacro %}
