-- One row per (one_id, as_of_date, source, customer_id): the records that somebody who was exported owned on the plan's
-- date, by what was known then.
with people as (
    select distinct
        one_id,
        as_of_date
    from {{ ref('activations') }}
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
