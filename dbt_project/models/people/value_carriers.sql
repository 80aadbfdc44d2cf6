-- One row per (id_type, id_scope, id_token, source, one_id, known_from): whose records carry a value, whether or not it
-- joins them: a number on too many cards, a blocked or a contested one is still what a message would go to.
{{ config(materialized='view') }}

with carriers as (
    select
        observed.id_type,
        observed.id_scope,
        observed.id_value as id_token,
        observed.source,
        records.one_id,
        observed.unbound_at,
        greatest(observed.known_at, records.known_from) as known_from,
        records.known_to
    from {{ ref('identifier_observations') }} as observed
    inner join {{ ref('source_records') }} as records
        on observed.source = records.source and observed.customer_id = records.customer_id
    where records.known_to is null or records.known_to > observed.known_at
)

select
    id_type,
    id_scope,
    id_token,
    source,
    one_id,
    case when count(*) = count(unbound_at) then max(unbound_at) end as carried_until,
    known_from,
    known_to
from carriers
group by id_type, id_scope, id_token, source, one_id, known_from, known_to
