-- One row per (as_of_date, round_number, source, group_id): the play of a chat group in a round of group_window_days
-- and the lot of the whole group, of the round that runs at the date and of the one that closed before it. A lot falls
-- by group, round and play, never by person: neighbours talk. In the closed round it stands for who was a member when
-- it began; play_given says whether words of the staff under the play's id landed in it.
with rounds as (
    select
        as_of_date,
        cast(floor({{ days_between("cast('1970-01-01' as date)", 'as_of_date') }} / window_days) as bigint) as running,
        window_days
    from (
        select
            dates.as_of_date,
            cast({{ segment_number('group_window_days') }} as double) as window_days
        from {{ run_dates('as_of') }} as dates
    ) as dates
),

told as (
    select
        as_of_date,
        running as round_number,
        true as is_running,
        {{ add_days("cast('1970-01-01' as date)", 'cast(running * window_days as integer)') }} as from_date,
        {{ add_days("cast('1970-01-01' as date)", 'cast((running + 1) * window_days - 1 as integer)') }} as to_date
    from rounds
    union all
    select
        as_of_date,
        running - 1 as round_number,
        false as is_running,
        {{ add_days("cast('1970-01-01' as date)", 'cast((running - 1) * window_days as integer)') }} as from_date,
        {{ add_days("cast('1970-01-01' as date)", 'cast(running * window_days - 1 as integer)') }} as to_date
    from rounds
),

drawn as (
    select
        told.as_of_date,
        told.round_number,
        told.is_running,
        told.from_date,
        told.to_date,
        hosts.source,
        hosts.group_id,
        hosts.kind,
        hosts.speaker_staff_id,
        plays.play_id,
        case
            when
                {{ lot_in_hundred(
                    "concat(plays.play_id, '|', cast(told.round_number as varchar), '|', hosts.group_id)"
                ) }}
                < {{ segment_number('group_held_back_percent') }} then 'held_back'
            else 'given'
        end as arm
    from told
    inner join {{ ref('group_hosts') }} as hosts on told.as_of_date = hosts.as_of_date
    inner join {{ ref('group_plays') }} as plays on hosts.kind = plays.kind
),

given as (
    select distinct
        as_of_date,
        source,
        group_id,
        campaign_id,
        touched_date
    from {{ ref('group_talk') }}
    where staff_id is not null and campaign_id is not null and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

landed as (
    select distinct
        drawn.as_of_date,
        drawn.round_number,
        drawn.source,
        drawn.group_id
    from drawn
    inner join given
        on
            drawn.as_of_date = given.as_of_date
            and drawn.source = given.source
            and drawn.group_id = given.group_id
            and drawn.play_id = given.campaign_id
            and given.touched_date between drawn.from_date and drawn.to_date
),

-- Who was in the group when the closed round began, and still ours to count.
members as (
    select distinct
        drawn.as_of_date,
        drawn.source,
        drawn.group_id,
        drawn.from_date,
        drawn.to_date,
        places.one_id
    from drawn
    inner join {{ states_at(ref('membership_states')) }} as places
        on
            drawn.as_of_date = places.as_of_date
            and drawn.source = places.source
            and drawn.group_id = places.group_id
            and places.joined_date < drawn.from_date
            and (places.left_date is null or places.left_date >= drawn.from_date)
    inner join {{ ref('customer_profile') }} as profile
        on drawn.as_of_date = profile.as_of_date and places.one_id = profile.one_id
    where not drawn.is_running and not profile.is_test and not profile.is_staff
),

buyers as (
    select distinct
        members.as_of_date,
        members.source,
        members.group_id,
        members.one_id
    from members
    inner join {{ ref('paid_orders') }} as orders
        on members.as_of_date = orders.as_of_date and members.one_id = orders.one_id
    where orders.counts_as_purchase and orders.order_date between members.from_date and members.to_date
),

counted as (
    select
        members.as_of_date,
        members.source,
        members.group_id,
        count(*) as members,
        count(buyers.one_id) as buyers
    from members
    left join buyers
        on
            members.as_of_date = buyers.as_of_date
            and members.source = buyers.source
            and members.group_id = buyers.group_id
            and members.one_id = buyers.one_id
    group by members.as_of_date, members.source, members.group_id
)

select
    drawn.as_of_date,
    drawn.round_number,
    drawn.is_running,
    drawn.from_date as round_from_date,
    drawn.to_date as round_to_date,
    drawn.source,
    drawn.group_id,
    drawn.kind,
    drawn.speaker_staff_id,
    drawn.play_id,
    drawn.arm,
    landed.group_id is not null as play_given,
    case when not drawn.is_running then coalesce(counted.members, 0) end as members,
    case when not drawn.is_running then coalesce(counted.buyers, 0) end as buyers
from drawn
left join landed
    on
        drawn.as_of_date = landed.as_of_date
        and drawn.round_number = landed.round_number
        and drawn.source = landed.source
        and drawn.group_id = landed.group_id
left join counted
    on
        not drawn.is_running
        and drawn.as_of_date = counted.as_of_date
        and drawn.source = counted.source
        and drawn.group_id = counted.group_id
