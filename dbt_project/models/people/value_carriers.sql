-- One row per (id_type, id_scope, id_token, one_id, known_from): whose records carry a value, whether or not it joins
-- them: a number on too many cards, a blocked or a contested one is still what a message would go to. least_people is
-- how many carry it today at least, had it joined whom it may: a person has one record in a source, so each further
-- person of a source is one more.
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
),

today as (
    select distinct
        id_type,
        id_scope,
        id_token,
        source,
        one_id
    from carriers
    where known_to is null and unbound_at is null
),

counted as (
    select
        id_type,
        id_scope,
        id_token,
        1 + count(*) - count(distinct source) as least_people
    from today
    group by id_type, id_scope, id_token
)

select
    carriers.id_type,
    carriers.id_scope,
    carriers.id_token,
    carriers.one_id,
    case when count(*) = count(carriers.unbound_at) then max(carriers.unbound_at) end as carried_until,
    carriers.known_from,
    carriers.known_to,
    coalesce(max(counted.least_people), 0) as least_people
from carriers
left join counted
    on
        carriers.id_type = counted.id_type
        and carriers.id_scope = counted.id_scope
        and carriers.id_token = counted.id_token
group by
    carriers.id_type, carriers.id_scope, carriers.id_token, carriers.one_id, carriers.known_from, carriers.known_to
