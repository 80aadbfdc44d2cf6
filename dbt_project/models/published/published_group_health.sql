-- One row per chat group known at the date: its members and their movement, what they do and buy beside friends in no
-- group, who speaks in it and what is done in it this round, and the verdict. Whoever spoke in the group is known only
-- where a source tells of it; else it is unknown. A group of staff or tests is none.
with groups as (
    select
        as_of_date,
        source,
        group_id,
        kind,
        name,
        owner_staff_id,
        speaker_staff_id
    from {{ ref('group_hosts') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
),

moves as (
    select
        memberships.as_of_date,
        memberships.source,
        memberships.group_id,
        min(memberships.joined_date) as first_date,
        sum(
            case
                when
                    {{ days_between('memberships.joined_date', 'memberships.as_of_date') }}
                    < {{ segment_number('group_window_days') }} then 1
                else 0
            end
        ) as joined,
        sum(
            case
                when
                    memberships.left_date <= memberships.as_of_date
                    and {{ days_between('memberships.left_date', 'memberships.as_of_date') }}
                    < {{ segment_number('group_window_days') }} then 1
                else 0
            end
        ) as left_again
    from {{ states_at(ref('membership_states')) }} as memberships
    left join {{ ref('customer_profile') }} as profile
        on memberships.as_of_date = profile.as_of_date and memberships.one_id = profile.one_id
    where
        memberships.one_id is not null
        and not memberships.is_test
        and not coalesce(profile.is_staff, false)
        and memberships.joined_date <= memberships.as_of_date
    group by memberships.as_of_date, memberships.source, memberships.group_id
),

talk as (
    select
        as_of_date,
        source,
        group_id,
        count(distinct one_id) as speaking,
        count(*) as words,
        count(one_id) as member_words,
        count(answered_one_id) as answers
    from {{ ref('group_talk') }}
    where age_days < {{ segment_number('group_quiet_days') }} and {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, source, group_id
),

told as (
    select distinct
        as_of_date,
        source
    from {{ ref('group_talk') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
),

peers as (
    select
        as_of_date,
        orders_before_from,
        avg(case when has_ordered then 1.0 else 0.0 end) as buyer_share,
        avg(cast(net_paid_fen as double)) as net_paid_fen,
        avg(cast(margin_fen as double)) as margin_fen
    from {{ ref('group_buyers') }}
    where not is_member and {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, orders_before_from
),

members as (
    select
        members.as_of_date,
        members.source,
        members.group_id,
        count(*) as members,
        sum(
            case
                when
                    {{ days_between('members.last_act_date', 'members.as_of_date') }}
                    < {{ segment_number('group_quiet_days') }} then 1
                else 0
            end
        ) as acting,
        sum(
            case
                when
                    {{ days_between('members.last_task_date', 'members.as_of_date') }}
                    < {{ segment_number('group_quiet_days') }} then 1
                else 0
            end
        ) as tasks,
        sum(case when buyers.has_ordered then 1 else 0 end) as buyers,
        sum(buyers.net_paid_fen) as net_paid_fen,
        sum(buyers.margin_fen) as margin_fen,
        sum(peers.buyer_share) as similar_buyers,
        sum(peers.net_paid_fen) as similar_net_paid_fen,
        sum(peers.margin_fen) as similar_margin_fen
    from {{ ref('group_members') }} as members
    inner join {{ ref('group_buyers') }} as buyers
        on members.as_of_date = buyers.as_of_date and members.one_id = buyers.one_id
    left join peers
        on buyers.as_of_date = peers.as_of_date and buyers.orders_before_from = peers.orders_before_from
    where {{ among_dates('members.as_of_date', dates_of('as_of')) }}
    group by members.as_of_date, members.source, members.group_id
),

figures as (
    select
        groups.as_of_date,
        groups.source,
        groups.group_id,
        groups.kind,
        groups.name,
        groups.owner_staff_id,
        groups.speaker_staff_id,
        plays.play_id,
        plays.arm as play_arm,
        coalesce(members.members, 0) as members,
        coalesce(moves.joined, 0) as joined,
        coalesce(moves.left_again, 0) as left_again,
        coalesce(members.acting, 0) as acting,
        {%- for counted in ['speaking', 'words', 'member_words', 'answers'] %}
        case when told.source is not null then coalesce(talk.{{ counted }}, 0) end as {{ counted }},
        {%- endfor %}
        coalesce(members.tasks, 0) as tasks,
        coalesce(members.buyers, 0) as buyers,
        coalesce(members.net_paid_fen, 0) as net_paid_fen,
        members.margin_fen,
        members.similar_buyers,
        members.similar_net_paid_fen,
        members.similar_margin_fen,
        {{ days_between('moves.first_date', 'groups.as_of_date') }} as life_days,
        kinds.fewest_members,
        kinds.most_members,
        kinds.acting_percent,
        kinds.life_from_days,
        kinds.life_to_days
    from groups
    inner join {{ ref('group_kinds') }} as kinds on groups.kind = kinds.kind
    left join moves
        on
            groups.as_of_date = moves.as_of_date
            and groups.source = moves.source
            and groups.group_id = moves.group_id
    left join members
        on
            groups.as_of_date = members.as_of_date
            and groups.source = members.source
            and groups.group_id = members.group_id
    left join talk
        on groups.as_of_date = talk.as_of_date and groups.source = talk.source and groups.group_id = talk.group_id
    left join told on groups.as_of_date = told.as_of_date and groups.source = told.source
    left join {{ ref('group_lots') }} as plays
        on
            plays.is_running
            and groups.as_of_date = plays.as_of_date
            and groups.source = plays.source
            and groups.group_id = plays.group_id
)

select
    cast(as_of_date as date) as as_of_date,
    group_id,
    source,
    kind,
    name,
    owner_staff_id as staff_id,
    cast(members as bigint) as members,
    cast(joined as bigint) as joined_28d,
    cast(left_again as bigint) as left_28d,
    cast(acting as bigint) as acting_14d,
    cast(speaking as bigint) as speaking_14d,
    cast(tasks as bigint) as tasks_14d,
    cast(buyers as bigint) as buyers_28d,
    cast(net_paid_fen as bigint) as net_paid_fen_28d,
    round(similar_buyers, 1) as similar_buyers_28d,
    cast(round(similar_net_paid_fen, 0) as bigint) as similar_net_paid_fen_28d,
    cast(life_days as bigint) as life_days,
    case
        when members < fewest_members then 'too_few'
        when members >= most_members then 'full'
        when life_days < life_from_days then 'young'
        when acting * 100 < acting_percent * members and life_days > life_to_days then 'over'
        when acting * 100 < acting_percent * members then 'quiet'
        when left_again > joined then 'shrinking'
        else 'alive'
    end as verdict,
    speaker_staff_id,
    play_id,
    play_arm,
    cast(words as bigint) as words_14d,
    cast(member_words as bigint) as member_words_14d,
    cast(answers as bigint) as answers_14d,
    cast(margin_fen as bigint) as margin_fen_28d,
    cast(round(similar_margin_fen, 0) as bigint) as similar_margin_fen_28d
from figures
