-- One row per (identifier, known_from), every source record among them as id_type customer_id. one_id is null where a
-- value joins nobody, with the reason. valid_* is the world's time, known_* ours; the current row has no known_to.
select
    id_type,
    id_scope,
    id_token,
    one_id,
    valid_from,
    valid_to,
    known_from,
    known_to,
    link_strength,
    cause as no_join_reason
from {{ replayed('identifier') }}
