-- One row per (as_of_date, source, group_id, one_id): who is in a chat group at the date, since when, and what they did
-- lately. Whoever is in a group twice, by two accounts, is in it once. Test accounts are in no group; staff are no
-- customers. An act of before the joining is none of the group's.
with members as (
    select
        as_of_date,
        source,
        group_id,
        one_id,
        min(joined_date) as joined_date
    from {{ states_at(ref('membership_states')) }} as memberships
    where
        one_id is not null
        and not is_test
        and joined_date <= as_of_date
        and (left_date is null or left_date > as_of_date)
    group by as_of_date, source, group_id, one_id
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
group by members.as_of_date, members.source, members.group_id, members.one_id, members.joined_date
