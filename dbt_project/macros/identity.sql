{#-
  The business date from which a fact counts in identity: the first one whose cut-off it was known at and whose end it
  had happened before. The replay folds whole days of these, so a map read at a date's cut-off is that date's.
-#}
{% macro identity_known_day(known_at, event_at) -%}
    greatest({{ known_date(known_at) }}, {{ business_date(event_at) }})
{%- endmacro %}

{#- One kind of row of the replay's long table. -#}
{% macro replayed(record_kind) -%}
    (select * from {{ ref('identity_replay') }} where record_kind = '{{ record_kind }}')
{%- endmacro %}
