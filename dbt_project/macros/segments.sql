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
  without an order in the window meets only the rule without an upper bound, however slow their own rhythm.
-#}
{% macro fits_stage_rule(facts, rules) -%}
    {{ facts }}.is_buyer = {{ rules }}.is_buyer
    and ({{ facts }}.is_buyer or {{ facts }}.is_registered = {{ rules }}.is_registered)
    and (
        not {{ facts }}.is_buyer
        or ({{ facts }}.order_days_365d = 0 and {{ rules }}.to_cadence_percent is null)
        or (
            {{ facts }}.order_days_365d > 0
            and {{ facts }}.order_days_365d >= coalesce({{ rules }}.min_order_days, 0)
            and {{ facts }}.order_days_365d <= coalesce({{ rules }}.max_order_days, {{ facts }}.order_days_365d)
            and {{ facts }}.recency_days * 100 > coalesce({{ rules }}.above_cadence_percent * {{ facts }}.cadence_days, -1)
            and (
                {{ rules }}.to_cadence_percent is null
                or {{ facts }}.recency_days * 100 <= {{ rules }}.to_cadence_percent * {{ facts }}.cadence_days
            )
        )
    )
{%- endmacro %}
