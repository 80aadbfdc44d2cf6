{#- A number of the seed recall_settings, by its name. -#}
{% macro recall_number(name) -%}
    (select number_of.value from {{ ref('recall_settings') }} as number_of where number_of.name = '{{ name }}')
{%- endmacro %}

{#- The UTC instant of a clock time (a text, HH:MM, in Asia/Shanghai) on the day after a business date;
  null where there is no clock time. -#}
{% macro next_day_at(date_expression, clock) -%}
    cast(cast({{ add_days(date_expression, 1) }} as varchar) || ' ' || {{ clock }} || ':00' as timestamp)
    - interval '8' hour
{%- endmacro %}

{#- Whether a campaign (an expression) is one of recall's own: it begins with a policy's name. Not known: it is none. -#}
{% macro is_recall_campaign(campaign) -%}
    exists (
        select policies.policy_id from {{ ref('recall_policies') }} as policies
        where left({{ campaign }}, length(policies.policy_id) + 1) = concat(policies.policy_id, '_')
    )
{%- endmacro %}
