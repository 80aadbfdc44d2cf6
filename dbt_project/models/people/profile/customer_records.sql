-- One row per (as_of_date, source, customer_id): whose record it was, by the identity links known at the date's
-- cut-off.
{{ config(meta={'told_of': 'all'}) }}

select
    as_of_date,
    source,
    customer_id,
    one_id
from {{ states_at(ref('record_owners'), 'all') }} as owners
