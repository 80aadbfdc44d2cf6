{#- A scalar of the seed segment_numbers, by its name. -#}
{% macro segment_number(name) -%}
    (select number_of.value from {{ ref('segment_numbers') }} as number_of where number_of.name = '{{ name }}')
{%- endmacro %}

{#- The dates of the run as literals, which the planner pushes down into the views that expand versions by date. -#}
{% macro among_dates(column, dates) -%}
    {%- if dates -%}
        {{ column }} in (
            {%- for date in dates | unique | sort %}cast('{{ date }}' as date){{ ', ' if not loop.last }}{% endfor -%}
        )
    {%- else -%}
        1 = 0
    {%- endif -%}
{%- endmacro %}

{#-
  Whether a row of facts (is_buyer, is_registered, order_days_365d, recency_days, cadence_days) meets a row of the seed
  purchase_stage_rules. Bands of recency are percents of the cadence, above one bound and up to the other. A buyer
  without an order in the window meets only the idle window's rule, however slow their own rhythm.
-#}
{% macro fits_stage_rule(facts, rules) -%}
    {{ facts }}.is_buyer = {{ rules }}.is_buyer
    and (
        (not {{ facts }}.is_buyer and {{ facts }}.is_registered = {{ rules }}.is_registered)
        or ({{ facts }}.order_days_365d = 0 and {{ rules }}.is_idle_window)
        or (
            {{ facts }}.order_days_365d >= {{ rules }}.min_order_days
            and {{ facts }}.order_days_365d <= {{ rules }}.max_order_days
            and {{ facts }}.recency_days * 100 > {{ rules }}.above_cadence_percent * {{ facts }}.cadence_days
            and {{ facts }}.recency_days * 100 <= {{ rules }}.to_cadence_percent * {{ facts }}.cadence_days
        )
    )
{%- endmacro %}

{#-
  The cadence K: the customer's own p90 gap, shrunk to the prior gap with the weight of so many gaps, between the least
  cadence and the window.
-#}
{% macro cadence_days(gap_count, own_gap_days, prior_gap_days) -%}
    {%- set weight = segment_number('cadence_prior_weight') -%}
    least(
        greatest(
            {{ rounded_quotient(
                gap_count ~ ' * coalesce(' ~ own_gap_days ~ ', 0) + ' ~ weight ~ ' * ' ~ prior_gap_days,
                gap_count ~ ' + ' ~ weight
            ) }},
            {{ segment_number('cadence_minimum_days') }}
        ),
        {{ segment_number('order_window_days') }}
    )
{%- endmacro %}
