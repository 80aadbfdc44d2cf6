-- One row per (one_id, kin_one_id): the ids that what was said of an id may be of by now. Those who came of it by
-- merges and splits, and all ids that went into those.
with heirs as (
    select
        ancestor_one_id as one_id,
        one_id as heir_one_id
    from {{ ref('ancestry') }}
    union
    select
        one_id,
        one_id as heir_one_id
    from {{ ref('ancestry') }}
)

select
    one_id,
    heir_one_id as kin_one_id
from heirs
union
select
    heirs.one_id,
    ancestry.ancestor_one_id as kin_one_id
from heirs
inner join {{ ref('ancestry') }} as ancestry on heirs.heir_one_id = ancestry.one_id
