{{ config(materialized='view') }}

-- Identifiers given as rows; an unbinding is a row of its own, known when it happened. And those of the customers'
-- columns.
with given as (
    select
        source,
        customer_id,
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_value,
        'member_file' as origin,
        cast(observed_at as timestamp) as observed_at,
        cast(unbound_at as timestamp) as unbound_at,
        _is_history,
        _lag,
        _channel as channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'identifiers', source='raw.source') }} as landed_identifiers
),

all_ids as (
    select
        source,
        customer_id,
        id_type,
        id_scope,
        id_value,
        origin,
        observed_at,
        cast(null as timestamp) as unbound_at,
        {{ fact_known_at('observed_at') }} as known_at,
        channel,
        _file_id,
        _line
    from given
    union all
    select
        source,
        customer_id,
        id_type,
        id_scope,
        id_value,
        origin,
        observed_at,
        unbound_at,
        {{ fact_known_at('unbound_at') }} as known_at,
        channel,
        _file_id,
        _line
    from given
    where unbound_at is not null
    union all
    select
        source,
        customer_id,
        id_type,
        id_scope,
        id_value,
        origin,
        observed_at,
        unbound_at,
        known_at,
        channel,
        file_id as _file_id,
        line as _line
    from {{ ref('standard_customer_identifiers') }}
)

{{ observations('all_ids', unbinds=true) }}
