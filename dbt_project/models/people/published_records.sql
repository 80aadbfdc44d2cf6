-- One row per (one_id, as_of_date, source, customer_id): the records that somebody whom a version named (planned or
-- exported) owned on the version's date, by what was known then.
with people as (
    select
        one_id,
        as_of_date
    from {{ ref('activations') }}
    union
    select
        one_id,
        as_of_date
    from {{ ref('plans') }}
)

select distinct
    people.one_id,
    people.as_of_date,
    records.source,
    records.customer_id
from people
inner join {{ ref('source_records') }} as records
    on
        people.one_id = records.one_id
        and {{ known_date('records.known_from') }} <= people.as_of_date
        and (records.known_to is null or {{ known_date('records.known_to') }} > people.as_of_date)
