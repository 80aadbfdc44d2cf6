{{ config(materialized='table') }}
-- One row per (as_of_date, source, customer_id) at a feature date, with the integer key of its person: grouping events
-- and messages by it takes half the time of grouping by one_id. The key holds for this run only.
select
    as_of_date,
    source,
    customer_id,
    one_id,
    person_key
from {{ states_at(ref('record_owners'), 'feature') }} as owners
