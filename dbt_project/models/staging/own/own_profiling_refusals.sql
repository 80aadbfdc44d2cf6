-- A row of consents that cannot be read and may refuse to be profiled: for whom it names, from its landing until it was
-- corrected or somebody accepted it.
{{ config(materialized='view') }}

select
    id_scope as source,
    id_token as customer_id,
    landed_at,
    ended_at,
    file_id,
    line
from {{ source('channels', 'widest_refusals') }}
where refuses = 'profiling' and id_type = 'customer_id'
