-- One row per (one_id, from_date): how sure it is, at the dates from from_date until before to_date, that a person's
-- records are one person's, and whether anything joins them to others.
with dated as (
    select
        one_id,
        founded_at,
        identity_confidence,
        is_island,
        {{ known_date('known_from') }} as from_date,
        {{ known_date('known_to') }} as to_date
    from {{ ref('one_ids') }}
)

select
    one_id,
    founded_at,
    identity_confidence,
    is_island,
    from_date,
    to_date
from dated
where to_date is null or to_date > from_date
