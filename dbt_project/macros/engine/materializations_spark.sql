{#-
  How a model becomes a table in Spark: every model a full table, whatever it is in DuckDB. dbt-spark takes append, merge
  and insert_overwrite and not the deletion of dates that are told anew; a view upon a view upon a view is worked out once
  for each of its readers, and Spark plans hundreds of steps of it. What a run was asked for stands in its dates alone.
  Contracts are DuckDB's: Spark knows no varchar without a length, and the comparison with DuckDB's rows
  (tests/spark) casts every column to its type there.
-#}
{% macro spark_table() -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('gone') -%}
        drop table if exists {{ target }}
    {%- endcall -%}
    {%- call statement('main') -%}
        create table {{ target }}
        {{ file_format_clause() }}
        {{ partition_cols(label="partitioned by") }}
        {{ location_clause() }}
        as {{ in_words_of_spark(compiled_code) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return([target]) }}
{%- endmacro %}

{#- What the two engines spell differently wherever it stands, so that no model has to say it by a macro. -#}
{% macro in_words_of_spark(sql) -%}
    {{ modules.re.sub('(?i)\\bvarchar\\b', 'string', sql) }}
{%- endmacro %}

{% materialization table, adapter='spark', supported_languages=['sql'] %}
    {{ return({'relations': spark_table()}) }}
{% endmaterialization %}

{% materialization view, adapter='spark' %}
    {{ return({'relations': spark_table()}) }}
{% endmaterialization %}

{% materialization incremental, adapter='spark' %}
    {{ return({'relations': spark_table()}) }}
{% endmaterialization %}
