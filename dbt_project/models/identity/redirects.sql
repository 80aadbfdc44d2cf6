-- One row per (one_id_old, changed_at): a merge retires the old id, a split leaves it standing and names a part.
select
    one_id as one_id_old,
    known_from as changed_at,
    into_one_id as one_id,
    status as change,
    cause as reason
from {{ replayed('redirect') }}
