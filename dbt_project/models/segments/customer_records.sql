-- One row per (as_of_date, source, customer_id): whose record it was, by the identity links known at the date's
-- cut-off. Every stage from here on goes from a noun's (source, customer_id) to a one_id through this table.
select
    dates.as_of_date,
    dates.ends_at,
    dates.cut_off_at,
    owners.source,
    owners.customer_id,
    owners.one_id
from {{ run_dates('all') }} as dates
inner join {{ ref('record_owners') }} as owners
    on owners.from_date <= dates.as_of_date and (owners.to_date is null or owners.to_date > dates.as_of_date)
