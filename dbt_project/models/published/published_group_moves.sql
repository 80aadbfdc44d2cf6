-- One row per (as_of_date, source, group_id, one_id): who is proposed to go from one chat group into another by which
-- rule, as far as there is room, and who went today. A proposal is for the group's owner; it becomes a fact when the
-- platform's list of members says so. Who proposes is the owner, or whom the duties of the roles name in their stead
-- (group_hosts). Nobody is proposed whom nobody may profile, since a rule about what somebody did is profiling.
{%- set acts = ['task', 'content', 'live', 'order'] %}
with groups as (
    select
        known.as_of_date,
        known.source,
        known.group_id,
        known.kind,
        known.owner_staff_id,
        known.mover_staff_id,
        known.store_id,
        kinds.rank,
        kinds.most_members - count(members.one_id) as room,
        coalesce(
            count(members.one_id) >= kinds.fewest_members
            and sum(
                case
                    when
                        {{ days_between('members.last_act_date', 'members.as_of_date') }}
                        < {{ segment_number('group_quiet_days') }} then 1
                    else 0
                end
            ) * 100 >= kinds.acting_percent * count(members.one_id),
            false
        ) as is_lively
    from {{ ref('group_hosts') }} as known
    inner join {{ ref('group_kinds') }} as kinds on known.kind = kinds.kind
    left join {{ ref('group_members') }} as members
        on
            known.as_of_date = members.as_of_date
            and known.source = members.source
            and known.group_id = members.group_id
    where {{ among_dates('known.as_of_date', dates_of('as_of')) }}
    group by
        known.as_of_date, known.source, known.group_id, known.kind, known.owner_staff_id, known.mover_staff_id,
        known.store_id, kinds.rank, kinds.most_members, kinds.fewest_members, kinds.acting_percent
),

members as (
    select
        members.as_of_date,
        members.source,
        members.group_id,
        members.one_id,
        members.joined_date,
        members.days_in,
        members.last_act_date,
        members.last_task_date,
        members.last_content_date,
        members.last_live_date,
        members.last_order_date,
        groups.kind,
        groups.owner_staff_id,
        groups.mover_staff_id,
        groups.store_id
    from {{ ref('group_members') }} as members
    inner join groups
        on
            members.as_of_date = groups.as_of_date
            and members.source = groups.source
            and members.group_id = groups.group_id
    inner join {{ ref('customer_profile') }} as profile
        on members.as_of_date = profile.as_of_date and members.one_id = profile.one_id
    where profile.may_be_profiled and profile.exclusion is null and not profile.is_staff
),

fitting as (
    select
        members.as_of_date,
        members.source,
        members.group_id,
        members.one_id,
        members.owner_staff_id,
        members.mover_staff_id,
        members.store_id,
        rules.rule,
        rules.priority,
        rules.to_kind,
        case rules.act
            {%- for act in acts %}
            when '{{ act }}' then members.last_{{ act }}_date
            {%- endfor %}
            else members.last_act_date
        end as act_date,
        row_number() over (
            partition by members.as_of_date, members.source, members.one_id
            order by rules.priority, members.group_id
        ) as choice
    from members
    inner join {{ ref('group_move_rules') }} as rules
        on
            members.kind = rules.from_kind
            and case rules.act
                {%- for act in acts %}
                when '{{ act }}'
                    then {{ days_between('members.last_' ~ act ~ '_date', 'members.as_of_date') }} < rules.within_days
                {%- endfor %}
                else
                    members.days_in >= rules.within_days
                    and (
                        members.last_act_date is null
                        or {{ days_between('members.last_act_date', 'members.as_of_date') }} >= rules.within_days
                    )
            end
    left join members as already
        on
            members.as_of_date = already.as_of_date
            and members.source = already.source
            and members.one_id = already.one_id
            and rules.to_kind = already.kind
    where already.one_id is null
),

-- Into the owner's own group before one of the same store, where members do something, and where there is most room.
choices as (
    select
        fitting.as_of_date,
        fitting.source,
        fitting.group_id,
        fitting.one_id,
        fitting.mover_staff_id,
        fitting.rule,
        fitting.priority,
        fitting.act_date,
        targets.group_id as to_group_id,
        targets.room,
        row_number() over (
            partition by fitting.as_of_date, fitting.source, fitting.one_id
            order by
                case
                    when targets.owner_staff_id = fitting.owner_staff_id then 1
                    when targets.store_id = fitting.store_id then 2
                    else 3
                end asc,
                case when targets.is_lively then 1 else 2 end asc,
                targets.room desc,
                targets.group_id asc
        ) as choice
    from fitting
    left join groups as targets
        on
            fitting.as_of_date = targets.as_of_date
            and fitting.source = targets.source
            and fitting.to_kind = targets.kind
            and targets.room > 0
    where fitting.choice = 1
),

proposals as (
    select
        as_of_date,
        source,
        group_id,
        one_id,
        mover_staff_id,
        rule,
        act_date,
        to_group_id,
        case
            when to_group_id is null then 'no_group'
            when row_number() over (
                partition by as_of_date, source, to_group_id order by priority asc, act_date desc, one_id asc
            ) > room then 'no_room'
            else 'proposed'
        end as state
    from choices
    where choice = 1
),

-- Who joined today and was in a group of another kind within the window, with the first rule between the two kinds
-- that what they did in the group they came from fits; none where they had left it, or did nothing of the kind.
stays as (
    select
        memberships.as_of_date,
        memberships.source,
        memberships.group_id,
        memberships.one_id,
        memberships.joined_date,
        memberships.left_date,
        known.kind,
        known.mover_staff_id
    from {{ states_at(ref('membership_states')) }} as memberships
    inner join {{ ref('group_hosts') }} as known
        on
            memberships.as_of_date = known.as_of_date
            and memberships.source = known.source
            and memberships.group_id = known.group_id
    left join {{ ref('customer_profile') }} as profile
        on memberships.as_of_date = profile.as_of_date and memberships.one_id = profile.one_id
    where
        memberships.one_id is not null
        and not memberships.is_test
        and coalesce(profile.may_be_served, true)
        and memberships.joined_date <= memberships.as_of_date
),

went as (
    select
        later.as_of_date,
        later.source,
        earlier.group_id,
        later.one_id,
        earlier.mover_staff_id,
        rules.rule,
        later.joined_date as act_date,
        later.group_id as to_group_id,
        row_number() over (
            partition by later.as_of_date, later.source, later.one_id
            order by
                coalesce(rules.priority, 99) asc, earlier.joined_date desc, earlier.group_id asc, later.group_id asc
        ) as choice
    from stays as later
    inner join stays as earlier
        on
            later.as_of_date = earlier.as_of_date
            and later.source = earlier.source
            and later.one_id = earlier.one_id
            and later.kind <> earlier.kind
            and later.joined_date > earlier.joined_date
            and (
                earlier.left_date is null
                or {{ days_between('earlier.left_date', 'later.as_of_date') }}
                < {{ segment_number('group_window_days') }}
            )
    left join {{ ref('group_members') }} as members
        on
            earlier.as_of_date = members.as_of_date
            and earlier.source = members.source
            and earlier.group_id = members.group_id
            and earlier.one_id = members.one_id
    left join {{ ref('group_move_rules') }} as rules
        on
            earlier.kind = rules.from_kind
            and later.kind = rules.to_kind
            and case rules.act
                {%- for act in acts %}
                when '{{ act }}'
                    then {{ days_between('members.last_' ~ act ~ '_date', 'later.joined_date') }} < rules.within_days
                {%- endfor %}
                else
                    members.days_in >= rules.within_days
                    and (
                        members.last_act_date is null
                        or {{ days_between('members.last_act_date', 'later.joined_date') }} >= rules.within_days
                    )
            end
    where later.joined_date = later.as_of_date
)

select
    cast(as_of_date as date) as as_of_date,
    group_id,
    one_id,
    state,
    source,
    rule,
    act_date,
    to_group_id,
    mover_staff_id as staff_id
from proposals
union all
select
    cast(as_of_date as date) as as_of_date,
    group_id,
    one_id,
    'went' as state,
    source,
    rule,
    act_date,
    to_group_id,
    mover_staff_id as staff_id
from went
where choice = 1
