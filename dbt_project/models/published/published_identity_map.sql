-- What was known at the cut-off: rows learned later are not there yet, and a row replaced later is still current.
select
    dates.as_of_date,
    identifiers.id_type,
    coalesce(identifiers.id_scope, '') as id_scope,
    identifiers.id_token,
    identifiers.one_id,
    {{ instant('identifiers.valid_from') }} as valid_from,
    {{ instant('identifiers.valid_to') }} as valid_to,
    {{ instant('identifiers.known_from') }} as known_from,
    {{ instant('case when identifiers.known_to <= dates.cut_off_at then identifiers.known_to end') }} as known_to,
    cast(identifiers.link_strength as bigint) as link_strength,
    identifiers.no_join_reason
from {{ run_dates('as_of') }} as dates
inner join {{ ref('identifiers') }} as identifiers
    on identifiers.known_from <= dates.cut_off_at
