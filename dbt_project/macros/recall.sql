{#- A number of the seed recall_settings, by its name. -#}
{% macro recall_number(name) -%}
    (select number_of.value from {{ ref('recall_settings') }} as number_of where number_of.name = '{{ name }}')
{%- endmacro %}

{#-
  The cut-off of a date as an expression, where joining the run's dates makes the planner multiply a large table by
  all of them first (recall_baskets: 86 s against 2).
-#}
{% macro cut_off_of(date_expression) -%}
    (cast({{ date_expression }} as timestamp) + interval '{{ 16 + var("cut_off_hour") }}' hour)
{%- endmacro %}

{#-
  Joins `identifiers` to messages that name no customer: whose number or address it was when the message was sent, as
  known at the cut-off. The alias carries recipient_token and cut_off_at.
-#}
{% macro addressed_to(alias, sent_at) -%}
    identifiers.id_type in ('mobile', 'email')
    and identifiers.id_token = {{ alias }}.recipient_token
    and identifiers.one_id is not null
    and identifiers.known_from <= {{ alias }}.cut_off_at
    and (identifiers.known_to is null or identifiers.known_to > {{ alias }}.cut_off_at)
    and (identifiers.valid_from is null or identifiers.valid_from <= {{ alias }}.{{ sent_at }})
    and (identifiers.valid_to is null or identifiers.valid_to > {{ alias }}.{{ sent_at }})
{%- endmacro %}
