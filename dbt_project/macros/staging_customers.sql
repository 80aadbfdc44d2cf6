{#-
  customers from a state table: `relation` names a CTE with the noun's columns (but for `unknown`)
  and the bookkeeping columns; the text continues its `with`. In history the first row of a customer also gives an earlier version, known from the registration
  on, that holds only what cannot change (seed immutable_attributes).
-#}
{% macro customer_versions(relation, unknown=[]) -%}
    {%- set attributes = noun_schema('customers')['columns'] | reject('in', ['source', 'customer_id', 'updated_at']) | list -%}
    , immutable as (
        select
            {%- for attribute in attributes %}
            max(case when attribute = '{{ attribute }}' then 1 else 0 end) as {{ attribute }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ ref('immutable_attributes') }}
    ),

    states as (
        select
            source,
            customer_id,
            {%- for attribute in attributes %}
            {{ 'null' if attribute in unknown else attribute }} as {{ attribute }},
            {%- endfor %}
            updated_at,
            {{ state_known_at('updated_at') }} as known_at,
            _is_history,
            _lag,
            _landed_at,
            _file_id,
            _line
        from {{ relation }}
    ),

    ordered as (
        select
            states.*,
            row_number() over (
                partition by source, customer_id order by known_at, _landed_at, _file_id, _line
            ) as row_rank
        from states
    ),

    versions as (
        select
            source,
            customer_id,
            {%- for attribute in attributes %}
            {{ attribute }},
            {%- endfor %}
            updated_at,
            known_at,
            _landed_at,
            _file_id,
            _line
        from ordered
        union all
        select
            ordered.source,
            ordered.customer_id,
            {%- for attribute in attributes %}
            case when immutable.{{ attribute }} = 1 then ordered.{{ attribute }} end as {{ attribute }},
            {%- endfor %}
            cast(null as timestamp) as updated_at,
            ordered.registered_at + ordered._lag as known_at,
            ordered._landed_at,
            ordered._file_id,
            ordered._line
        from ordered
        cross join immutable
        where ordered.row_rank = 1 and ordered._is_history and ordered.registered_at + ordered._lag < ordered.known_at
    )

    {{ noun_versions('customers', 'versions') }}
{%- endmacro %}

{#-
  Identifier observations from a CTE `relation` with the observation's columns: one row per link, calendar month and
  unbinding, as it was first known. A month is enough to see a number fall silent, and keeps daily logins from piling up.
  `unbinds` says that the relation holds unbindings: what is seen of a link after one may bind it again, in the same
  month too, so all of it is kept.
-#}
{% macro observations(relation, unbinds=false) -%}
    {%- set link = ['source', 'customer_id', 'id_type', 'id_scope', 'id_value'] -%}
    select
        cast(source as varchar) as source,
        cast(customer_id as varchar) as customer_id,
        cast(id_type as varchar) as id_type,
        cast(id_scope as varchar) as id_scope,
        cast(id_value as varchar) as id_value,
        cast(origin as varchar) as origin,
        cast(observed_at as timestamp) as observed_at,
        cast(unbound_at as timestamp) as unbound_at,
        cast(known_at as timestamp) as known_at,
        cast(channel as varchar) as channel,
        cast(_file_id as varchar) as file_id,
        cast(_line as bigint) as line
    from (
        select
            seen.*,
            row_number() over (
                partition by
                    {% for column in link %}seen.{{ column }}, {% endfor %}seen.unbound_at,
                    date_trunc('month', seen.observed_at)
                    {%- if unbinds %}, case when seen.observed_at > undone.first_unbound_at then seen.observed_at end{% endif %}
                order by seen.known_at, seen.observed_at, seen.origin, seen._file_id, seen._line
            ) as row_rank
        from {{ relation }} as seen
        {%- if unbinds %}
        left join (
            select
                {{ link | join(', ') }},
                min(unbound_at) as first_unbound_at
            from {{ relation }}
            where unbound_at is not null
            group by {{ link | join(', ') }}
        ) as undone
            on
                {% for column in link -%}
                seen.{{ column }} = undone.{{ column }}{{ ' and ' if not loop.last }}
                {%- endfor %}
        {%- endif %}
        where seen.customer_id is not null and seen.id_value is not null
    ) as ranked
    where row_rank = 1
{%- endmacro %}

{#-
  The same from the id columns of a state table (a member file): `relation` names a CTE with source, customer_id,
  registered_at, updated_at, the columns of `ids` and the bookkeeping columns; the text continues its `with`. Each of
  `ids` is (id_type, id_scope as SQL, id column, origin). What the first row of a subject (a customer, an order) says counts from the
  registration on; an id that appears in a later row, from that row's own time.
-#}
{% macro state_identifiers(relation, ids, subject='customer_id') -%}
    , states as (
        select
            rows_of_state.*,
            coalesce(updated_at, _fetched_at, _landed_at) as state_at,
            -- Among what had landed by then: a row that lands later moves nothing that was known before.
            min(coalesce(updated_at, _fetched_at, _landed_at)) over (
                partition by source, {{ subject }} order by _landed_at
            ) as first_state_at
        from {{ relation }} as rows_of_state
    ),

    dated as (
        select
            states.*,
            case
                when state_at = first_state_at then coalesce(registered_at, state_at)
                else state_at
            end as observed_at,
            case
                when not _is_history then _landed_at
                when state_at = first_state_at and registered_at is not null then least(registered_at + _lag, state_at)
                else state_at
            end as known_at
        from states
    ),

    all_ids as (
        {%- for id_type, id_scope, id_column, origin in ids %}
        select
            source,
            customer_id,
            '{{ id_type }}' as id_type,
            {{ id_scope }} as id_scope,
            {{ id_column }} as id_value,
            '{{ origin }}' as origin,
            observed_at,
            cast(null as timestamp) as unbound_at,
            known_at,
            _channel as channel,
            _file_id,
            _line
        from dated
        {{ "union all" if not loop.last }}
        {%- endfor %}
    )

    {{ observations('all_ids') }}
{%- endmacro %}
