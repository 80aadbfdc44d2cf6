{#-
  How a model becomes a table in DuckDB, in as few statements as it takes. dbt's own way writes a second table, renames
  the first one away, renames the second into its place and drops the first: four of five statements of a small night,
  each with a macro context of its own (docs/decisions.md, 108). DuckDB replaces a table in one statement, and readers
  see the old one until it is committed. Other engines keep dbt's own way, under the same names.

  dbt writes a file of whatever is stated under the name `main` and asks afterwards what came of `main`: the query itself
  stands in `target/compiled` already, so it is stated under another name and its result noted under that one.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_table -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- if model['language'] == 'python' -%}
        {#- the frame arrives over a cursor of its own, which cannot see what this one has not committed -#}
        {%- set arriving = make_intermediate_relation(target) -%}
        {%- do adapter.drop_relation(arriving) -%}
        {%- call statement('main', language='python') -%}
            {{- create_table_as(False, arriving, compiled_code, 'python') }}
        {%- endcall -%}
        {%- call statement('replaced') -%}
            create or replace table {{ target }} as select * from {{ arriving }};
            drop table {{ arriving }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- elif config.get('meta', {}).get('by_key') -%}
        {{ make_by_key(target) }}
        {%- do store_result('main', response='made') -%}
    {%- else -%}
        {#- one statement is its own transaction -#}
        {%- call statement('made', auto_begin=False) -%}
            create or replace table {{ target }} as (
                {{ compiled_code }}
            )
        {%- endcall -%}
        {%- do store_result('main', response='made') -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_view -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('made', auto_begin=False) -%}
        create or replace view {{ target }} as (
            {{ compiled_code }}
        )
    {%- endcall -%}
    {%- do store_result('main', response='made') -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{#-
  The dates that the model tells replace those that stand, and a date of which nothing is left to tell goes with them; a
  table that is not there yet is made with its contract.
-#}
{% materialization incremental, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is none -%}
        {%- call statement('made') -%}
            {{ create_table_as(False, target, compiled_code) }};
            {{ note_kept_dates() }}
        {%- endcall -%}
    {%- else -%}
        {%- set told = this.incorporate(path={'identifier': this.identifier ~ '__told', 'schema': none, 'database': none}) -%}
        {%- set key = config.require('unique_key') -%}
        {%- call statement('made') -%}
            {{ create_table_as(True, told, compiled_code) }};
            delete from {{ target }} where {{ key }} in (select {{ key }} from {{ told }}) or {{ dates_told_anew() }};
            insert into {{ target }} by name select * from {{ told }};
            drop table {{ told }};
            {{ note_kept_dates() }}
        {%- endcall -%}
    {%- endif -%}
    {%- do store_result('main', response='made') -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
