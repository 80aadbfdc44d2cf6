-- One row per (as_of_date, source, group_id, one_id) of every member who may be profiled: what they gave the group in
-- group_window_days since they joined (contribution_points): tasks, content, lives, their own talk and talk of theirs
-- that other members answered. Who contributes most leads a squad.
with acts as (
    select
        members.as_of_date,
        members.source,
        members.group_id,
        members.one_id,
        acts.act
    from {{ ref('group_members') }} as members
    inner join {{ ref('interactions') }} as touches
        on
            members.as_of_date = touches.as_of_date
            and members.one_id = touches.one_id
            and members.joined_date <= touches.touched_date
            and touches.age_days < {{ segment_number('group_window_days') }}
    inner join {{ ref('group_acts') }} as acts on touches.touch = acts.touch
    where members.may_be_profiled and {{ among_dates('members.as_of_date', dates_of('as_of')) }}
    union all
    select
        as_of_date,
        source,
        group_id,
        one_id,
        'speak' as act
    from {{ ref('group_talk') }}
    where
        one_id is not null
        and age_days < {{ segment_number('group_window_days') }}
        and {{ among_dates('as_of_date', dates_of('as_of')) }}
    union all
    select
        as_of_date,
        source,
        group_id,
        answered_one_id as one_id,
        'answered' as act
    from {{ ref('group_talk') }}
    where
        answered_one_id is not null
        and age_days < {{ segment_number('group_window_days') }}
        and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

counted as (
    select
        acts.as_of_date,
        acts.source,
        acts.group_id,
        acts.one_id,
        sum(points.points) as contribution,
        sum(case when acts.act = 'answered' then 1 else 0 end) as answered
    from acts
    inner join {{ ref('contribution_points') }} as points on acts.act = points.act
    group by acts.as_of_date, acts.source, acts.group_id, acts.one_id
)

select
    members.as_of_date,
    members.source,
    members.group_id,
    members.one_id,
    coalesce(counted.contribution, 0) as contribution,
    coalesce(counted.answered, 0) as answered
from {{ ref('group_members') }} as members
left join counted
    on
        members.as_of_date = counted.as_of_date
        and members.source = counted.source
        and members.group_id = counted.group_id
        and members.one_id = counted.one_id
where members.may_be_profiled and {{ among_dates('members.as_of_date', dates_of('as_of')) }}
