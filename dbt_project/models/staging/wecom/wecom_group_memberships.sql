-- A pull is the whole group: a member missing from the group's next pull had left by then.
with pulls as (
    select
        chat_id,
        _file_id as pull_file_id,
        _line as pull_line,
        coalesce(_fetched_at, _landed_at) as pulled_at,
        {{ state_known_at() }} as pull_known_at,
        dense_rank() over (partition by chat_id order by coalesce(_fetched_at, _landed_at)) as pull_number
    from {{ landed('wecom', 'groups') }} as landed_groups
),

seen as (
    select
        pulls.chat_id,
        members.userid,
        cast(members.joined_at as timestamp) as joined_at,
        pulls.pull_number,
        min({{ fact_known_at('cast(members.joined_at as timestamp)') }}) as joined_known_at,
        min(pulls.pull_known_at) as pull_known_at,
        min(members._landed_at) as _landed_at,
        min(members._file_id) as _file_id,
        min(members._line) as _line
    from {{ landed('wecom', 'group_members') }} as members
    inner join pulls on pulls.pull_file_id = members._file_id and pulls.pull_line = members._line
    where members.member_type = '2'
    group by pulls.chat_id, members.userid, members.joined_at, pulls.pull_number
),

beside_neighbours as (
    select
        *,
        lag(pull_number) over one_membership as seen_before,
        lead(pull_number) over one_membership as seen_next
    from seen
    window one_membership as (partition by chat_id, userid, joined_at order by pull_number)
),

next_pulls as (
    select
        chat_id,
        pull_number,
        min(pulled_at) as pulled_at,
        min(pull_known_at) as pull_known_at
    from pulls
    group by chat_id, pull_number
),

steps as (
    select
        chat_id,
        userid,
        joined_at,
        cast(null as timestamp) as left_at,
        case when seen_before is null then joined_known_at else pull_known_at end as known_at,
        _landed_at,
        _file_id,
        _line
    from beside_neighbours
    where seen_before is null or seen_before <> pull_number - 1
    union all
    select
        members.chat_id,
        members.userid,
        members.joined_at,
        missing.pulled_at as left_at,
        missing.pull_known_at as known_at,
        members._landed_at,
        members._file_id,
        members._line
    from beside_neighbours as members
    inner join next_pulls as missing
        on missing.chat_id = members.chat_id and missing.pull_number = members.pull_number + 1
    where members.seen_next is null or members.seen_next <> members.pull_number + 1
),

memberships as (
    select
        'wecom' as source,
        chat_id as group_id,
        userid as customer_id,
        joined_at,
        left_at,
        'member' as role,
        known_at,
        _landed_at,
        _file_id,
        _line
    from steps
)

{{ noun_versions('group_memberships', 'memberships') }}
