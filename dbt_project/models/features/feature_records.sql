{{ config(materialized='table') }}
-- One row per (as_of_date, source, customer_id) at a feature date, with the integer key of its person: grouping events
-- and messages by it takes half the time of grouping by one_id. The key holds for this run only.
select
    dates.as_of_date,
    dates.ends_at,
    dates.cut_off_at,
    owners.source,
    owners.customer_id,
    owners.one_id,
    owners.person_key
from {{ run_dates('feature') }} as dates
inner join {{ ref('record_owners') }} as owners
    on owners.from_date <= dates.as_of_date and (owners.to_date is null or owners.to_date > dates.as_of_date)
