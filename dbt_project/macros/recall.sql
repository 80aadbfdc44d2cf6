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

{#-
  The campaigns of a relation that are recall's own, once each: those whose id begins with a policy's name. To be joined:
  Spark takes no correlated `exists` in a select list. A campaign that is not known is none.
-#}
{% macro recall_campaigns(relation) -%}
    select distinct told.campaign_id
    from {{ relation }} as told
    inner join {{ ref('recall_policies') }} as policies
        on left(told.campaign_id, length(policies.policy_id) + 1) = concat(policies.policy_id, '_')
{%- endmacro %}

{#- The campaigns of a relation by which something was owed (an answer, a reminder), once each: politeness counts none. -#}
{% macro service_campaigns(relation) -%}
    {{ recall_campaigns(relation) }}
            and policies.consent_purpose = 'service'
{%- endmacro %}
