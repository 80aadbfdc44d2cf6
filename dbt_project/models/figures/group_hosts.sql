-- One row per (as_of_date, source, group_id) of every chat group that counts: its kind, who owns it, who speaks in it
-- and who proposes moves, by the duties of their roles (staff_duties). Whoever has the duty does it; an owner whose
-- role has not, or who has left, is stood in for. A group whose every member was ever staff or a test account counts
-- nowhere; one that nobody has joined yet may still become something.
with duties as (
    select
        role,
        duty,
        kind,
        rank,
        is_owner_first
    from {{ ref('staff_duties') }}
),

working as (
    select
        as_of_date,
        staff_id,
        store_id,
        role
    from {{ states_at(ref('staff_states')) }} as listed_staff
    where not has_left
),

our_own as (
    select
        as_of_date,
        one_id
    from {{ ref('customer_profile') }}
    where (is_staff or is_test) and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

joined as (
    select
        places.as_of_date,
        places.source,
        places.group_id,
        sum(case when our_own.one_id is null and not places.is_test then 1 else 0 end) as customers
    from {{ states_at(ref('membership_states')) }} as places
    left join our_own on places.as_of_date = our_own.as_of_date and places.one_id = our_own.one_id
    where places.one_id is not null
    group by places.as_of_date, places.source, places.group_id
),

groups as (
    select
        known.as_of_date,
        known.source,
        known.group_id,
        known.kind,
        known.name,
        known.owner_staff_id,
        owners.store_id,
        owners.role as owner_role,
        owners.staff_id is not null as owner_works
    from {{ states_at(ref('group_states')) }} as known
    left join joined
        on
            known.as_of_date = joined.as_of_date
            and known.source = joined.source
            and known.group_id = joined.group_id
    left join working as owners
        on known.as_of_date = owners.as_of_date and known.owner_staff_id = owners.staff_id
    where joined.group_id is null or joined.customers > 0
),

able as (
    select
        groups.as_of_date,
        groups.source,
        groups.group_id,
        duties.duty,
        working.staff_id,
        row_number() over (
            partition by groups.as_of_date, groups.source, groups.group_id, duties.duty
            order by
                case when duties.is_owner_first and working.staff_id = groups.owner_staff_id then 0 else 1 end asc,
                case when working.store_id is null or working.store_id = groups.store_id then 0 else 1 end asc,
                duties.rank asc,
                case when working.staff_id = groups.owner_staff_id then 0 else 1 end asc,
                {{ lot_in_hundred("concat(groups.group_id, '|', working.staff_id)") }} asc,
                working.staff_id asc
        ) as place
    from groups
    inner join working on groups.as_of_date = working.as_of_date
    inner join duties
        on working.role = duties.role and (duties.kind is null or groups.kind = duties.kind)
    where
        working.staff_id = groups.owner_staff_id
        or working.store_id is null
        or working.store_id = groups.store_id
)

-- Of a member of staff whose role nobody said, nothing is taken away.
select
    groups.as_of_date,
    groups.source,
    groups.group_id,
    groups.kind,
    groups.name,
    groups.owner_staff_id,
    groups.store_id,
    case when groups.owner_works and groups.owner_role is null then groups.owner_staff_id else speakers.staff_id end
        as speaker_staff_id,
    case when groups.owner_works and groups.owner_role is null then groups.owner_staff_id else movers.staff_id end
        as mover_staff_id
from groups
left join able as speakers
    on
        groups.as_of_date = speakers.as_of_date
        and groups.source = speakers.source
        and groups.group_id = speakers.group_id
        and speakers.duty = 'speaks'
        and speakers.place = 1
left join able as movers
    on
        groups.as_of_date = movers.as_of_date
        and groups.source = movers.source
        and groups.group_id = movers.group_id
        and movers.duty = 'moves'
        and movers.place = 1
