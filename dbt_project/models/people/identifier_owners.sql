-- One row per (identifier, from_date) of an identifier that joins somebody: whose it was by what was known at the dates
-- from from_date until before to_date. valid_from and valid_to are the world's time: a number may be issued again.
with dated as (
    select
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_token,
        one_id,
        link_strength,
        valid_from,
        valid_to,
        {{ business_date('valid_from') }} as valid_from_date,
        {{ business_date('valid_to') }} as valid_to_date,
        {{ known_date('known_from') }} as from_date,
        {{ known_date('known_to') }} as to_date
    from {{ ref('identifiers') }}
    where one_id is not null
)

select
    id_type,
    id_scope,
    id_token,
    one_id,
    link_strength,
    valid_from,
    valid_to,
    valid_from_date,
    valid_to_date,
    from_date,
    to_date
from dated
where to_date is null or to_date > from_date
