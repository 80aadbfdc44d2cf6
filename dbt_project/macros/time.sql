{#-
  The business dates of a run, as a list of texts: as_of are those it publishes, state those and the days before them
  (for stages, transitions and leaps), feature those and the closed training cut-offs, earlier the day transition_days
  before each of as_of, and segment those two together: who stood where four weeks ago, and what their tags said of them;
  acted are they and state, the dates at which anybody's acts are read, whether a run makes their stages or kept them.
  Of the days before and of the cut-offs a run makes those that it did not keep from a night before
  (orchestration/keeping); seen are the state dates that it makes and their eves, made or kept, and stepped those that
  have such an eve.
  A run hands them in through its environment and not as vars, because dbt parses the whole project anew when a var
  changes (docs/decisions.md); they are read when a model is executed, never when it is parsed. A unit test, or a
  person at a prompt, names them as vars: as_of_dates, state_dates, feature_dates. `judged` are as_of, state, feature
  and earlier, `all` are they and the frozen dates: the first day of each date's quarter, at which quintile cuts and
  cadence priors are taken, so that they are pure functions of a date.
  What reads a table that keeps partitions starts from among_dates(..., dates_of(...)): a run that touched the
  partitions of other dates would fill them from tables that hold only its own.
-#}
{% macro dates_of(kind) -%}
    {%- if kind == 'all' -%}
        {{ return(dates_of('judged') + frozen_dates()) }}
    {%- elif kind == 'judged' -%}
        {{ return(dates_of('as_of') + dates_of('state') + dates_of('feature') + dates_of('earlier')) }}
    {%- endif -%}
    {%- if kind == 'segment' -%}
        {{ return(dates_of('as_of') + dates_of('earlier')) }}
    {%- elif kind == 'acted' -%}
        {{ return(dates_of('segment') + dates_of('state')) }}
    {%- endif -%}
    {%- set named = var(kind ~ '_dates', []) -%}
    {%- set handed = fromjson(env_var('SIYU_RUN_DATES', '{}')) if execute and not named else {} -%}
    {%- if kind in ['seen', 'stepped'] and not named and kind not in handed -%}
        {{ return(dates_of('state')) }}
    {%- endif -%}
    {{ return(named or handed.get(kind, [])) }}
{%- endmacro %}

{#-
  The dates of the run as a subquery: as_of_date, ends_at (the UTC instant at which that business date is over)
  and cut_off_at (the UTC instant up to which records count as known). `kind` is one of dates_of's, kpi (the days
  figures are read at, reading_instants) or label (closed label windows, label_dates).
-#}
{% macro run_dates(kind) -%}
    {%- if kind == 'kpi' -%}
        {{ return(reading_instants()) }}
    {%- endif -%}
    {%- if kind == 'label' -%}
        {{ return(label_dates()) }}
    {%- endif -%}
    {%- set dates = dates_of(kind) | unique | sort -%}
    (
        select
            as_of_date,
            cast(as_of_date as timestamp) + interval '16' hour as ends_at,
            cast(as_of_date as timestamp) + interval '{{ 16 + (var('cut_off_hour') | int) }}' hour as cut_off_at
        from (
            {%- if dates %}
            {%- for date in dates %}
            select cast('{{ date }}' as date) as as_of_date{% if not loop.last %} union all{% endif %}
            {%- endfor %}
            {%- else %}
            select cast('2009-01-01' as date) as as_of_date where 1 = 0
            {%- endif %}
        ) as dates
    )
{%- endmacro %}

{#- The first days of the quarters of the run's dates, as a list of texts. -#}
{% macro frozen_dates() -%}
    {%- set firsts = [] -%}
    {%- for date in (dates_of('as_of') + dates_of('seen') + dates_of('feature') + dates_of('earlier')) -%}
        {%- set month = ((date[5:7] | int) - 1) // 3 * 3 + 1 -%}
        {%- do firsts.append(date[:5] ~ '%02d' % month ~ '-01') -%}
    {%- endfor -%}
    {{ return(firsts | unique | sort | list) }}
{%- endmacro %}

{#- The frozen date of a date. -#}
{% macro frozen_date(date_expression) -%}
    cast(date_trunc('quarter', {{ date_expression }}) as date)
{%- endmacro %}

{#- The first business date whose cut-off knew what became known at this moment. -#}
{% macro known_date(instant) -%}
    {{ add_days(
        "cast(" ~ instant ~ " - interval '" ~ (16 + (var("cut_off_hour") | int)) ~ "' hour"
        ~ " - interval '1' microsecond as date)", 1
    ) }}
{%- endmacro %}

{#-
  For each date of the run, the rows of a table of `people` that stood at it: an interval holds its first date and not
  its last. The only door through which stages after `people` read a fact of a date.
-#}
{% macro states_at(relation, kind='as_of') -%}
    (
        select
            dates.as_of_date,
            states.*
        from {{ run_dates(kind) }} as dates
        inner join {{ relation }} as states
            on states.from_date <= dates.as_of_date and (states.to_date is null or states.to_date > dates.as_of_date)
    )
{%- endmacro %}

{#-
  One row per thing and stretch between two of its days (key columns, from_date, to_date; the last stretch is open):
  from the days on which anything about it changes, to the intervals in which nothing does. `days` has the key
  columns and `day`, each day once.
-#}
{% macro spans_between(days, keys) -%}
    select
        {{ keys | join(', ') }},
        day as from_date,
        lead(day) over (partition by {{ keys | join(', ') }} order by day) as to_date
    from {{ days }}
{%- endmacro %}

{#-
  The dates of the run on which quintile cuts and cadence priors are frozen anew, as a subquery: the first days of
  quarters whose eve is a date of the run as well, so that what was frozen for it is known.
-#}
{% macro refreeze_dates() -%}
    (
        select dates.as_of_date
        from {{ run_dates('state') }} as dates
        inner join {{ run_dates('seen') }} as eves on eves.as_of_date = {{ add_days('dates.as_of_date', '-1') }}
        where dates.as_of_date = {{ frozen_date('dates.as_of_date') }}
    )
{%- endmacro %}

{#-
  Stretches (key columns, held_from, held_to) that meet or overlap, made one: key columns, from_date, to_date. Those of a
  key begin and end in the same order, as those of one length do, so each is held against its two neighbours alone. Only
  the first and the last of what hangs together go on, and there they stand side by side: all of them are sorted once.
-#}
{% macro unbroken(stretches, keys) -%}
    {%- set by_key = 'partition by ' ~ keys | join(', ') ~ ' order by held_from' -%}
    (
        select
            {{ keys | join(', ') }},
            held_from as from_date,
            case when ends then held_to else last_held_to end as to_date
        from (
            select
                *,
                lead(held_to) over ({{ by_key }}, ends) as last_held_to
            from (
                select
                    {{ keys | join(', ') }},
                    held_from,
                    held_to,
                    coalesce(held_from > lag(held_to) over ({{ by_key }}), true) as begins,
                    coalesce(lead(held_from) over ({{ by_key }}) > held_to, true) as ends
                from {{ stretches }}
            ) as neighboured
            where begins or ends
        ) as bounded
        where begins
    )
{%- endmacro %}
