-- One row per (as_of_date, list_kind, source, place_id, one_id): whom to take out of a chat group or a member of
-- staff's account that is nearly full, the quietest first, and as many as make room again; how many of them today is
-- what one member of staff looks at in a morning. Who left such a group today, or was removed, stands there as left:
-- only that is a fact. Nobody is listed whom nobody may profile, and nobody who ordered in a year is taken out of an
-- account.
with members as (
    select
        members.as_of_date,
        members.source,
        members.group_id,
        members.one_id,
        members.days_in,
        members.last_act_date,
        members.may_be_profiled,
        hosts.mover_staff_id,
        kinds.most_members
    from {{ ref('group_members') }} as members
    inner join {{ ref('group_hosts') }} as hosts
        on
            members.as_of_date = hosts.as_of_date
            and members.source = hosts.source
            and members.group_id = hosts.group_id
    inner join {{ ref('group_kinds') }} as kinds on hosts.kind = kinds.kind
    where {{ among_dates('members.as_of_date', dates_of('as_of')) }}
),

-- A squad is full by its size and not by the platform's: only the big ones are cleared.
group_sizes as (
    select
        as_of_date,
        source,
        group_id,
        mover_staff_id,
        most_members as capacity,
        count(*) as held
    from members
    where
        most_members > (
            select kinds.most_members
            from {{ ref('group_kinds') }} as kinds
            where kinds.kind = 'squad'
        )
    group by as_of_date, source, group_id, mover_staff_id, most_members
),

friends as (
    select
        follows.as_of_date,
        follows.staff_id,
        follows.one_id,
        follows.is_active,
        follows.added_at,
        profile.last_order_at,
        profile.last_seen_at,
        profile.exclusion is null as may_be_profiled
    from {{ ref('staff_follows') }} as follows
    inner join {{ ref('customer_profile') }} as profile
        on follows.as_of_date = profile.as_of_date and follows.one_id = profile.one_id
    where
        not follows.has_left
        and not profile.is_test
        and {{ among_dates('follows.as_of_date', dates_of('as_of')) }}
),

sizes as (
    select
        as_of_date,
        'group' as list_kind,
        source,
        group_id as place_id,
        mover_staff_id as staff_id,
        held,
        capacity
    from group_sizes
    union all
    select
        as_of_date,
        'account' as list_kind,
        'wecom' as source,
        staff_id as place_id,
        staff_id,
        sum(case when is_active then 1 else 0 end) as held,
        {{ segment_number('account_most_contacts') }} as capacity
    from friends
    group by as_of_date, staff_id
),

nearly_full as (
    select
        *,
        held - {{ whole_quotient("capacity * " ~ segment_number('clearing_to_percent'), '100') }} as too_many
    from sizes
    where held * 100 >= capacity * {{ segment_number('clearing_from_percent') }}
),

quiet as (
    select
        as_of_date,
        'group' as list_kind,
        source,
        group_id as place_id,
        one_id,
        last_act_date
    from members
    where
        may_be_profiled
        and days_in >= {{ segment_number('group_quiet_days') }}
        and (
            last_act_date is null
            or {{ days_between('last_act_date', 'as_of_date') }} >= {{ segment_number('group_quiet_days') }}
        )
    union all
    select
        as_of_date,
        'account' as list_kind,
        'wecom' as source,
        staff_id as place_id,
        one_id,
        {{ business_date('last_seen_at') }} as last_act_date
    from friends
    where
        is_active
        and may_be_profiled
        and {{ days_between(
            business_date("greatest(added_at, coalesce(last_seen_at, added_at), coalesce(last_order_at, added_at))"),
            'as_of_date'
        ) }} >= {{ segment_number('clearing_quiet_days') }}
),

listed as (
    select
        nearly_full.*,
        quiet.one_id,
        quiet.last_act_date,
        row_number() over (
            partition by nearly_full.as_of_date, nearly_full.list_kind, nearly_full.source, nearly_full.place_id
            order by quiet.last_act_date asc nulls first, quiet.one_id asc
        ) as place
    from nearly_full
    inner join quiet
        on
            nearly_full.as_of_date = quiet.as_of_date
            and nearly_full.list_kind = quiet.list_kind
            and nearly_full.source = quiet.source
            and nearly_full.place_id = quiet.place_id
),

of_a_morning as (
    select
        *,
        row_number() over (
            partition by as_of_date, coalesce(staff_id, place_id)
            order by place asc, list_kind asc, source asc, place_id asc
        ) as of_staff
    from listed
    where place <= too_many
),

left_today as (
    select distinct
        places.as_of_date,
        'group' as list_kind,
        places.source,
        places.group_id as place_id,
        places.one_id
    from {{ states_at(ref('membership_states')) }} as places
    where places.one_id is not null and not places.is_test and places.left_date = places.as_of_date
    union all
    select
        as_of_date,
        'account' as list_kind,
        'wecom' as source,
        staff_id as place_id,
        one_id
    from {{ states_at(ref('friendships')) }} as friendships
    where one_id is not null and deleted_by_staff_date = as_of_date
),

-- Who is no customer, or under 18, is on no list, of those who left either.
gone as (
    select left_today.*
    from left_today
    inner join {{ ref('customer_profile') }} as profile
        on left_today.as_of_date = profile.as_of_date and left_today.one_id = profile.one_id
    where
        profile.may_be_served
        and {{ among_dates('profile.as_of_date', dates_of('as_of')) }}
)

select
    cast(as_of_date as date) as as_of_date,
    list_kind,
    place_id,
    one_id,
    case when of_staff <= {{ segment_number('clearing_a_day') }} then 'today' else 'later' end as state,
    source,
    cast(place as bigint) as place,
    last_act_date,
    cast(held as bigint) as held,
    cast(capacity as bigint) as capacity,
    staff_id
from of_a_morning
union all
select
    cast(gone.as_of_date as date) as as_of_date,
    gone.list_kind,
    gone.place_id,
    gone.one_id,
    'left' as state,
    gone.source,
    null as place,
    null as last_act_date,
    cast(nearly_full.held as bigint) as held,
    cast(nearly_full.capacity as bigint) as capacity,
    nearly_full.staff_id
from gone
inner join nearly_full
    on
        gone.as_of_date = nearly_full.as_of_date
        and gone.list_kind = nearly_full.list_kind
        and gone.source = nearly_full.source
        and gone.place_id = nearly_full.place_id
