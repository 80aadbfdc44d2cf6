-- One row per (as_of_date, one_id) that an unrevoked suppression calls a test account or one of our own staff.
with suppressed as (
    select
        as_of_date,
        cut_off_at,
        ends_at,
        id_type,
        id_scope,
        id_token,
        reason
    from {{ known_versions(ref('suppressions'), 'as_of') }} as known
    where reason in ('test', 'staff') and changed_at < ends_at and (revoked_at is null or revoked_at >= ends_at)
)

select
    suppressed.as_of_date,
    identifiers.one_id,
    max(case when suppressed.reason = 'test' then 1 else 0 end) = 1 as is_test,
    max(case when suppressed.reason = 'staff' then 1 else 0 end) = 1 as is_staff
from suppressed
inner join {{ ref('identifiers') }} as identifiers
    on
        suppressed.id_type = identifiers.id_type
        and coalesce(suppressed.id_scope, '') = coalesce(identifiers.id_scope, '')
        and suppressed.id_token = identifiers.id_token
        and identifiers.known_from <= suppressed.cut_off_at
        and (identifiers.known_to is null or identifiers.known_to > suppressed.cut_off_at)
        and (identifiers.valid_to is null or identifiers.valid_to >= suppressed.ends_at)
where identifiers.one_id is not null
group by suppressed.as_of_date, identifiers.one_id
