{{ config(materialized='view') }}

-- One row per (source, customer_id) of which something more is known than messages, consents, complaints and numbers
-- that were texted or called.
select
    source,
    customer_id
from {{ ref('record_first_seen') }}
where is_met
