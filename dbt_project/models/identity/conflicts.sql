-- One row per conflict: a link refused because a person would have held too many values of a kind, a value shared by
-- more people than its cap, a cluster too large to believe.
select
    md5(concat_ws(
        '|',
        status,
        cast(known_from as varchar),
        id_type,
        id_scope,
        id_token,
        coalesce(source, ''),
        coalesce(customer_id, '')
    )) as conflict_id,
    known_from,
    status as rule,
    id_type,
    id_scope,
    id_token,
    source,
    customer_id,
    one_id as one_id_kept,
    into_one_id as one_id_refused,
    cause as detail
from {{ replayed('conflict') }}
