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

{#-
  Whether two names of a source, scopes or ids are one to whoever refuses: the doors fold width and take off blanks, and
  what is left may differ in case alone. Identity tells case apart: two that differ in it join nobody.
-#}
{% macro same_name(left, right) -%}
    lower(trim({{ left }})) = lower(trim({{ right }}))
{%- endmacro %}

{#- A text without the marks that people and programs put round words for no value: (null), "null", [object Object]. -#}
{% macro without_marks(text) -%}
    translate(lower({{ text }}), ' {{ inner_marks() }}{{ marks() }}', '')
{%- endmacro %}

{#- A text as words, each between two blanks, what stands between them left out. N/A is one. -#}
{% macro as_words(text) -%}
    concat(' ', replace(translate(translate(lower({{ text }}), '{{ inner_marks() }}', ''), '{{ marks() }}', '{{ ' ' * (marks() | length - 1) }}'), ' ', '  '), ' ')
{%- endmacro %}

{% macro inner_marks() -%}
    {{ return("/_.") }}
{%- endmacro %}

{#- The apostrophe stands twice, as in every text of SQL. -#}
{% macro marks() -%}
    {{ return("()<>[]{}\"''#:-—–―─－·…。，、；;,|~～+=*?!！？（）【】　") }}
{%- endmacro %}

{#- The shapes of a phone that is one person's, each an id_type of its own: reach_rules sends to the first alone. -#}
{% macro joining_phones() -%}
    ('mobile', 'mobile_outside')
{%- endmacro %}

{#- What the number or address of a message may be among identifiers. -#}
{% macro message_addresses() -%}
    ('mobile', 'mobile_outside', 'email')
{%- endmacro %}
