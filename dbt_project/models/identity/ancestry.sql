-- One row per (one_id, ancestor): ids merged into it, split from it or born in the same split, from known_from on.
select
    one_id,
    into_one_id as ancestor_one_id,
    known_from
from {{ replayed('ancestor') }}
