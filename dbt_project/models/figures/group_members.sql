-- One row per (as_of_date, source, group_id, one_id): who is in a chat group at the date, since when, and what they
-- did lately. Whoever is in a group twice, by two accounts, is in it once. Test accounts and staff are no members. An
-- act of before the joining is none of the group's.
with members as (
    select
        memberships.as_of_date,
        memberships.source,
        memberships.group_id,
        memberships.one_id,
        min(memberships.joined_date) as joined_date,
        max(case when profile.may_be_profiled and profile.exclusion is null then 1 else 0 end) = 1 as may_be_profiled
    from {{ states_at(ref('membership_states')) }} as memberships
    left join {{ ref('customer_profile') }} as profile
        on memberships.as_of_date = profile.as_of_date and memberships.one_id = profile.one_id
    where
        memberships.one_id is not null
        and not memberships.is_test
        and not coalesce(profile.is_staff, false)
        and not coalesce(profile.is_test, false)
        and memberships.joined_date <= memberships.as_of_date
        and (memberships.left_date is null or memberships.left_date > memberships.as_of_date)
    group by memberships.as_of_date, memberships.source, memberships.group_id, memberships.one_id
),

acts as (
    select
        touches.as_of_date,
        touches.one_id,
        touches.touched_date,
        acts.act
    from {{ ref('interactions') }} as touches
    left join {{ ref('touch_types') }} as types on touches.touch = types.touch
    left join {{ ref('group_acts') }} as acts on touches.touch = acts.touch
    where
        not touches.is_received_only
        and not coalesce(types.is_leaving, false)
        and touches.touch <> 'join_group'
    union all
    select
        as_of_date,
        one_id,
        order_date as touched_date,
        'order' as act
    from {{ ref('paid_orders') }}
    where counts_as_purchase
)

select
    members.as_of_date,
    members.source,
    members.group_id,
    members.one_id,
    members.joined_date,
    {{ days_between('members.joined_date', 'members.as_of_date') }} as days_in,
    members.may_be_profiled,
    max(acts.touched_date) as last_act_date,
    max(case when acts.act = 'task' then acts.touched_date end) as last_task_date,
    max(case when acts.act = 'content' then acts.touched_date end) as last_content_date,
    max(case when acts.act = 'live' then acts.touched_date end) as last_live_date,
    max(case when acts.act = 'order' then acts.touched_date end) as last_order_date
from members
left join acts
    on
        members.as_of_date = acts.as_of_date
        and members.one_id = acts.one_id
        and members.joined_date <= acts.touched_date
group by
    members.as_of_date, members.source, members.group_id, members.one_id, members.joined_date, members.may_be_profiled
