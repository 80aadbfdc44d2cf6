{#-
  How a table whose rows each stand on one key is made in DuckDB (meta `by_key`): by the plan that the night laid down
  (orchestration/keeping/by_key.py). Its query is asked of the rows of the touched keys alone, where the plan says so,
  and what it read is marked in the transaction that writes its rows. By hand, without the fingerprint that a run hands
  in, it is made whole and nothing is marked: the next night makes it whole as well.
-#}
{% macro make_by_key(target) -%}
    {%- set relation = this.schema ~ '.' ~ this.identifier -%}
    {%- set plan = namespace(row=none) -%}
    {%- if env_var('SIYU_KEPT_UNDER', '') -%}
        {%- set found = run_query(
            "select is_full, before, renamed, after from main.by_key_plan where relation = '" ~ relation ~ "'"
        ) -%}
        {%- set plan.row = found.rows[0] if found.rows | length else none -%}
    {%- endif -%}
    {%- set asked = namespace(query=compiled_code) -%}
    {%- if plan.row is not none -%}
        {%- for read, name in fromjson(plan.row[2]).items() -%}
            {%- set schema_and_name = read.split('.') -%}
            {%- set read_relation = api.Relation.create(
                database=this.database, schema=schema_and_name[0], identifier=schema_and_name[1]
            ) -%}
            {%- set asked.query = asked.query | replace(read_relation | string, name) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- call statement('made') -%}
        {%- if plan.row is none -%}
            create or replace table {{ target }} as ({{ asked.query }});
            create table if not exists main.by_key_marks (
                relation varchar, rules varchar, landed varchar, file_id varchar, records bigint, digest hugeint
            );
            delete from main.by_key_marks where relation = '{{ relation }}'
        {%- elif plan.row[0] -%}
            create or replace table {{ target }} as ({{ asked.query }});
            {{ plan.row[3] }}
        {%- else -%}
            {{ plan.row[1] }}
            create or replace temp table told_by_key as ({{ asked.query }});
            {{ plan.row[3] }}
        {%- endif -%}
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
