-- One row per (one_id, from_date): a person as known from from_date until before to_date, and how sure their identity
-- is.
with dated as (
    select
        one_id,
        identity_confidence,
        is_island,
        founded_at,
        {{ known_date('known_from') }} as from_date,
        {{ known_date('known_to') }} as to_date
    from {{ ref('one_ids') }}
)

select
    one_id,
    identity_confidence,
    is_island,
    founded_at,
    from_date,
    to_date
from dated
where to_date is null or to_date > from_date
