-- Private contacts of a day: won, reached, lost, and how many of them did something in the 7 days to it.
with friends as (
    select * from {{ ref('kpi_friends') }}
),

cuts as (
    select *, 'all' as dimension, 'all' as value_key from friends
    union all
    select *, 'staff', staff_id from friends
    union all
    select *, 'code', code from friends
    union all
    select *, 'channel', add_way from friends
),

counted as (
    select
        kpi_date,
        reading_date,
        dimension,
        value_key,
        count(distinct case when added_date = kpi_date then one_id end) as new_friends,
        count(distinct case when added_date = kpi_date and code <> 'none' then one_id end) as new_coded_friends,
        count(distinct case when ended_date is null or ended_date > kpi_date then one_id end) as friends,
        count(distinct case
            when
                added_date <= {{ add_days('kpi_date', '-7') }}
                and (ended_date is null or ended_date > {{ add_days('kpi_date', '-7') }})
                then one_id
        end) as friends_at_start,
        count(distinct case
            when
                added_date <= {{ add_days('kpi_date', '-7') }} and ended_date > {{ add_days('kpi_date', '-7') }}
                and deleted_date = ended_date and deleted_date <= kpi_date
                then one_id
        end) as deleted
    from cuts
    group by 1, 2, 3, 4
),

reached as (
    select
        reading_plan.kpi_date,
        reading_plan.reading_date,
        events.campaign_id as code,
        count(distinct coalesce(events.customer_id, events.anonymous_id, events.device_id)) as people
    from (select distinct kpi_date, reading_date from {{ ref('reading_plan') }}) as reading_plan
    inner join {{ ref('interaction_states') }} as events
        on
            reading_plan.kpi_date = events.touched_date
            and events.from_date <= reading_plan.reading_date
            and (events.to_date is null or events.to_date > reading_plan.reading_date)
    where events.campaign_id is not null and events.is_test is not true
    group by 1, 2, 3
),

joined_groups as (
    select
        as_of_date as reading_date,
        one_id,
        joined_date
    from {{ states_at(ref('membership_states'), 'kpi') }} as memberships
),

group_joins as (
    select
        friends.kpi_date,
        friends.reading_date,
        count(distinct friends.one_id) as new_friends,
        count(distinct joined_groups.one_id) as joined
    from friends
    left join joined_groups
        on
            friends.reading_date = joined_groups.reading_date
            and friends.one_id = joined_groups.one_id
            and joined_groups.joined_date >= friends.added_date
            and joined_groups.joined_date <= friends.kpi_date
    where friends.added_date = {{ add_days('friends.kpi_date', '-7') }}
    group by 1, 2
)

select kpi_date, reading_date, 'new_friends' as kpi, dimension, value_key, new_friends as numerator, null as denominator
from counted
where new_friends > 0
union all
select kpi_date, reading_date, 'friends', dimension, value_key, friends, null
from counted
where dimension in ('all', 'staff')
union all
select kpi_date, reading_date, 'deletion_rate', dimension, value_key, deleted, friends_at_start
from counted
where friends_at_start > 0 and dimension in ('all', 'staff', 'code')
union all
select
    counted.kpi_date, counted.reading_date, 'fan_conversion_rate', 'code', counted.value_key,
    counted.new_coded_friends, reached.people
from counted
left join reached
    on
        counted.kpi_date = reached.kpi_date
        and counted.reading_date = reached.reading_date
        and counted.value_key = reached.code
where counted.dimension = 'code' and counted.new_coded_friends > 0
union all
select kpi_date, reading_date, 'group_join_rate', 'all', 'all', joined, new_friends
from group_joins
