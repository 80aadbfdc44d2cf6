{#-
  Dialect shim for patterns: every match in a text replaced. Pattern and replacement are SQL, in RE2's spelling (a group
  is \1, a script \p{Han}); Java writes both differently, and Spark reads a backslash in a text as the start of a mark.
-#}
{% macro each_replaced(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('each_replaced', 'siyu')(text, pattern, replacement)) }}
{%- endmacro %}
{% macro duckdb__each_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}
{% macro default__each_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern | replace('{Han}', '{IsHan}') | replace('\\', '\\\\') }}, {{ replacement | replace('\\1', '$1') }})
{%- endmacro %}

{#- Whether a text holds a match of a pattern; both are SQL. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'siyu')(text, pattern)) }}
{%- endmacro %}
{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}
{% macro default__matches(text, pattern) -%}
    {{ text }} rlike {{ pattern | replace('{Han}', '{IsHan}') | replace('\\', '\\\\') }}
{%- endmacro %}
