{{ config(materialized='table') }}
-- One row per (as_of_date, source, customer_id) at a feature date, with an integer key for its person: grouping events
-- and messages by it takes half the time of grouping by one_id. The key holds for this run only.
select
    records.as_of_date,
    dates.ends_at,
    dates.cut_off_at,
    records.source,
    records.customer_id,
    records.one_id,
    dense_rank() over (order by records.one_id) as person_key
from {{ ref('customer_records') }} as records
inner join {{ run_dates('feature') }} as dates
    on records.as_of_date = dates.as_of_date
