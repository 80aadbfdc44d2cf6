{#-
  A landed table as staging reads it: every record with `_lag`, the time after which a dated fact of its source counts
  as known. `source` is SQL: a literal for a platform, the row's own column for `standard`.
-#}
{% macro landed(channel, dataset, source=none) -%}
    (
        select
            raw.*,
            coalesce(sources.lag_hours, fallback.lag_hours) * interval '1' hour as _lag,
            coalesce(sources.channel, {{ source or "'" ~ channel ~ "'" }}) as _channel
        from {{ source_table(channel, dataset) }} as raw
        left join {{ ref('sources') }} as sources on sources.source = {{ source or "'" ~ channel ~ "'" }}
        cross join (select max(lag_hours) as lag_hours from {{ ref('sources') }} where source = 'standard') as fallback
    )
{%- endmacro %}

{% macro source_table(channel, dataset) -%}
    {{ source('channels', channel ~ '__' ~ dataset) }}
{%- endmacro %}

{#- When a dated fact became known: live at its landing; in history at its own time plus the source's lag. -#}
{% macro fact_known_at(happened_at) -%}
    case when _is_history then coalesce({{ happened_at }} + _lag, _landed_at) else _landed_at end
{%- endmacro %}

{#- When a state became known: live at its landing; in history when it was last changed, else pulled, else landed. -#}
{% macro state_known_at(updated_at='cast(null as timestamp)') -%}
    case when _is_history then coalesce({{ updated_at }}, _fetched_at, _landed_at) else _landed_at end
{%- endmacro %}

{#- A fact that may carry an update time (an order): a state where it does, a dated fact where it does not. -#}
{% macro versioned_known_at(updated_at, first_step_at) -%}
    case
        when _is_history then coalesce({{ updated_at }}, {{ first_step_at }} + _lag, _landed_at)
        else _landed_at
    end
{%- endmacro %}

{#-
  The rows of a noun, one per (natural key, version), in the noun's columns and types. `relation` names a CTE with those
  columns (but for `unknown`, which become null), known_at and the bookkeeping columns. Deliveries of one version
  (same key, update time and known_at: a re-export of history) collapse to the one landed last, of those that `first`
  sorts first. A row with the content
  of the version before it is a repeat and is dropped, if that version was known first. Example: the version updated on
  the 2nd landed on the 2nd; the same content, updated on the 1st, lands on the 5th. The row of the 2nd stays.
-#}
{% macro noun_versions(noun, relation, unknown=[], first='') -%}
    {%- set schema = noun_schema(noun) -%}
    {%- set key = schema['key'] | join(', ') -%}
    {%- set order_time = 'coalesce(updated_at, known_at)' if 'updated_at' in schema['columns'] else 'known_at' -%}
    {%- set content = schema['columns'] | reject('in', schema['key'] + ['updated_at']) | list -%}
    select
        {% for column in schema['columns'] -%}
        {{ column }},
        {% endfor -%}
        known_at,
        file_id,
        line
    from (
        select
            ranked.*,
            {%- for column in content %}
            lag({{ column }}) over one_row as previous_{{ column }},
            {%- endfor %}
            lag(known_at) over one_row as previous_known_at
        from (
            select
                {% for column, type in schema['columns'].items() -%}
                cast({{ 'null' if column in unknown else column }} as {{ type }}) as {{ column }},
                {% endfor -%}
                cast(known_at as timestamp) as known_at,
                _file_id as file_id,
                _line as line,
                row_number() over (
                    partition by {{ key_columns(schema, unknown) }}known_at
                    order by {{ first ~ ", " if first }}_landed_at desc, _file_id desc, _line desc
                ) as row_rank
            from {{ relation }}
        ) as ranked
        where row_rank = 1
        window one_row as (partition by {{ key }} order by {{ order_time }}, known_at, file_id, line)
    ) as compared
    where
        previous_known_at is null
        or previous_known_at > known_at
        {%- for column in content %}
        or previous_{{ column }} is distinct from {{ column }}
        {%- endfor %}
{%- endmacro %}

{% macro key_columns(schema, unknown) -%}
    {%- for column in schema['key'] + (['updated_at'] if 'updated_at' in schema['columns'] else []) if column not in unknown %}{{ column }}, {% endfor -%}
{%- endmacro %}

{#- Rows that can never change (behaviour): one per natural key, as it was first known. `given` are the
    columns that `relation` has; the noun's others become null. -#}
{% macro first_known(noun, relation, given) -%}
    {%- set schema = noun_schema(noun) -%}
    {%- set unknown = schema['columns'] | reject('in', given) | list -%}
    select
        {% for column in schema['columns'] -%}
        {{ column }},
        {% endfor -%}
        known_at,
        file_id,
        line
    from (
        select
            {% for column, type in schema['columns'].items() -%}
            cast({{ 'null' if column in unknown else column }} as {{ type }}) as {{ column }},
            {% endfor -%}
            cast(known_at as timestamp) as known_at,
            _file_id as file_id,
            _line as line,
            row_number() over (
                partition by {{ schema['key'] | reject('in', unknown) | join(', ') }} order by known_at, _landed_at, _file_id, _line
            ) as row_rank
        from {{ relation }}
    ) as ranked
    where row_rank = 1
{%- endmacro %}

{#-
  What describes rather than happens (products, stores, staff, offers, groups): in history the first row of a key is
  known from the beginning, since such files say what was sold and where, not who did what; later rows from their own
  time. `relation` names a CTE with the noun's columns and the bookkeeping columns; the text continues its `with`.
-#}
{% macro reference_versions(noun, relation, unknown=[]) -%}
    {%- set schema = noun_schema(noun) -%}
    {%- set updated_at = 'updated_at' if 'updated_at' in schema['columns'] else 'cast(null as timestamp)' -%}
    , states as (
        select
            rows_of_state.*,
            {{ state_known_at(updated_at) }} as state_known_at
        from {{ relation }} as rows_of_state
    ),

    ordered as (
        select
            states.*,
            row_number() over (
                partition by {{ schema['key'] | join(', ') }} order by state_known_at, _landed_at, _file_id, _line
            ) as place_in_time
        from states
    ),

    versions as (
        select
            ordered.*,
            case
                when place_in_time = 1 and _is_history then cast('1970-01-01 00:00:00' as timestamp)
                else state_known_at
            end as known_at
        from ordered
    )

    {{ noun_versions(noun, 'versions', unknown) }}
{%- endmacro %}

{#- Yuan to fen, half up. -#}
{% macro yuan_to_fen(yuan) -%}
    cast(round(cast({{ yuan }} as decimal(18, 8)) * 100, 0) as bigint)
{%- endmacro %}

{#- A platform's word in ours, by the seed platform_vocabulary; null where it has no row. -#}
{% macro vocabulary(platform, field) -%}
    (
        select platform_value, value
        from {{ ref('platform_vocabulary') }}
        where platform = '{{ platform }}' and field = '{{ field }}'
    )
{%- endmacro %}

{#-
  What a sender put into out_id or SessionContext: audience_id|wave|offer_id|campaign_id|token, trailing parts optional;
  or our token alone, as a gateway's file names a recipient.
-#}
{% macro out_id_columns(out_id) -%}
    {%- for column in ['audience_id', 'wave', 'offer_id', 'campaign_id'] %}
        case
            when split_part({{ out_id }}, '|', {{ loop.index }}) not like 'r1:%'
                then nullif(split_part({{ out_id }}, '|', {{ loop.index }}), '')
        end as {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The token of ours that stands in an out_id, in whichever place; else null. -#}
{% macro out_id_token(out_id) -%}
    nullif(regexp_extract({{ out_id }}, '(^|[|])(r1:[^|]+)', 2), '')
{%- endmacro %}
