-- One row per customer and line that may refuse to be profiled and cannot be read, with the dates at which it counts.
{{ config(materialized='view') }}

select
    source,
    customer_id,
    landed_at,
    {{ known_date('landed_at') }} as from_date,
    {{ known_date('ended_at') }} as to_date,
    file_id,
    line
from {{ ref('own_profiling_refusals') }}
