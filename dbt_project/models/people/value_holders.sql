-- One row per (id_type, id_scope, id_token, source, one_id, known_from) of who has a value: whom it joins, without a
-- source, and who carries it in a source without being joined by it. Whom identity knows to have had it is among the
-- first alone, with the time at which they lost it; whom it joined and joins no more carries it since.
{{ config(materialized='view') }}

select
    id_type,
    coalesce(id_scope, '') as id_scope,
    id_token,
    cast(null as varchar) as source,
    one_id,
    valid_from,
    valid_to,
    known_from,
    known_to
from {{ ref('identifiers') }}
where one_id is not null
union all
select
    carriers.id_type,
    carriers.id_scope,
    carriers.id_token,
    carriers.source,
    carriers.one_id,
    cast(null as timestamp) as valid_from,
    carriers.carried_until as valid_to,
    carriers.known_from,
    carriers.known_to
from {{ ref('value_carriers') }} as carriers
where
    -- no outer join: DuckDB 2.0 lost rows of one here (docs/decisions.md, 144)
    not exists (
        select 1
        from {{ ref('identifiers') }} as theirs
        where
            carriers.id_type = theirs.id_type
            and carriers.id_scope = coalesce(theirs.id_scope, '')
            and carriers.id_token = theirs.id_token
            and carriers.one_id = theirs.one_id
            and (theirs.valid_to is not null or theirs.known_to is null)
    )
