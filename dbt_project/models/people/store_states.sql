-- One row per (store_id, from_date): a shop as it was known from from_date until before to_date.
select
    store_id,
    name,
    city,
    counts_from as from_date,
    counts_to as to_date
from {{ ref('stores') }}
where counts_to is null or counts_to > counts_from
