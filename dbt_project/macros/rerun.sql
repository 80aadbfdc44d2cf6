{#-
  Which rows of an incremental table a run tells anew: those of its dates, also where nothing is left to tell. A
  table of many days has its version's date in another column than as_of_date: its unique key says in which. What a
  table says of its own dates, and not of those the run publishes, its meta names: the closed windows of labels.
-#}
{% macro dates_told_anew() -%}
    {%- if config.get('meta', {}).get('told_of') -%}
        {{ config.require('unique_key') }} in (select told.as_of_date from {{ run_dates(config.get('meta').told_of) }} as told)
    {%- else -%}
        {{ among_dates(config.require('unique_key'), dates_of('as_of')) }}
    {%- endif -%}
{%- endmacro %}

{#-
  What a table that is kept from night to night notes in the transaction that writes its dates: under which rules they
  were made (orchestration/keeping). Whoever makes them by hand, without the fingerprint that a run hands in, takes
  them out of the ledger: the next run makes them again.
-#}
{% macro note_kept_dates() -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- if meta.get('is_kept') -%}
        {%- set relation = this.schema ~ '.' ~ this.identifier -%}
        {%- set rules = env_var('SIYU_KEPT_UNDER', '') -%}
        create table if not exists main.kept (relation varchar, as_of_date date, rules varchar);
        delete from main.kept
        where
            relation = '{{ relation }}'
            and as_of_date in (select told.as_of_date from {{ run_dates(meta.told_of) }} as told);
        {%- if rules %}
        insert into main.kept
        select '{{ relation }}', told.as_of_date, '{{ rules }}' from {{ run_dates(meta.told_of) }} as told;
        {%- endif %}
    {%- endif -%}
{%- endmacro %}
