-- One row per (as_of_date, source, customer_id): whose record it was, by the identity links known at the date's
-- cut-off. Every stage from here on goes from a noun's (source, customer_id) to a one_id through this table.
with dates as (
    select * from {{ run_dates('all') }}
),

source_records as (
    select
        source,
        customer_id,
        one_id,
        known_from,
        known_to
    from {{ ref('source_records') }}
)

select
    dates.as_of_date,
    dates.ends_at,
    dates.cut_off_at,
    source_records.source,
    source_records.customer_id,
    source_records.one_id
from dates
inner join source_records
    on
        source_records.known_from <= dates.cut_off_at
        and (source_records.known_to is null or source_records.known_to > dates.cut_off_at)
