-- One row per level of members: how many stand in it, who came up and went down since the eve, and what their points
-- came to. A member stands where their record says, and where no record says anything, where their growth says. A test
-- account counts in no figure.
with levels as (
    select
        level,
        value_journey_stage,
        rank
    from {{ ref('member_levels') }}
),

-- What the same records said on the eve, whoever's they were then: a merge brings nobody up. A level is the highest of
-- a person's records.
before as (
    select
        today.as_of_date,
        today.one_id,
        max(levels.rank) as eve_rank
    from {{ states_at(ref('record_states')) }} as today
    inner join {{ ref('record_states') }} as eve
        on
            today.source = eve.source
            and today.customer_id = eve.customer_id
            and eve.from_date <= {{ add_days('today.as_of_date', '-1') }}
            and (eve.to_date is null or eve.to_date > {{ add_days('today.as_of_date', '-1') }})
    inner join levels on eve.level = levels.level
    group by today.as_of_date, today.one_id
),

members as (
    select
        growth.as_of_date,
        growth.one_id,
        coalesce(stated.value_journey_stage, growth.growth_level) as level,
        coalesce(stated.rank, by_growth.rank) as level_rank,
        stated.rank as stated_rank,
        before.eve_rank,
        stated.rank is not null and stated.rank <> by_growth.rank as differs,
        growth.is_near_next,
        growth.points_issued_today,
        growth.points_spent_today,
        growth.points_expired_today,
        growth.points_expiring,
        profile.points_balance
    from {{ ref('member_growth') }} as growth
    inner join {{ ref('customer_profile') }} as profile
        on growth.as_of_date = profile.as_of_date and growth.one_id = profile.one_id
    inner join levels as by_growth on growth.growth_level = by_growth.level
    left join levels as stated on growth.stated_level = stated.level
    left join before on growth.as_of_date = before.as_of_date and growth.one_id = before.one_id
    where not profile.is_test and {{ among_dates('growth.as_of_date', dates_of('as_of')) }}
)

select
    cast(members.as_of_date as date) as as_of_date,
    members.level,
    cast(max(members.level_rank) as bigint) as level_rank,
    cast(count(*) as bigint) as members,
    cast(sum(case when members.stated_rank > members.eve_rank then 1 else 0 end) as bigint) as came_up,
    cast(sum(case when members.stated_rank < members.eve_rank then 1 else 0 end) as bigint) as went_down,
    cast(sum(case when members.differs then 1 else 0 end) as bigint) as stated_otherwise,
    cast(sum(case when members.is_near_next then 1 else 0 end) as bigint) as near_next,
    cast(sum(members.points_issued_today) as bigint) as points_issued,
    cast(sum(members.points_spent_today) as bigint) as points_spent,
    cast(sum(members.points_expired_today) as bigint) as points_expired,
    cast(sum(members.points_expiring) as bigint) as points_expiring,
    cast(sum(members.points_balance) as bigint) as points_balance,
    cast(sum(members.points_balance) * {{ segment_number('point_value_fen') }} as bigint) as liability_fen
from members
group by members.as_of_date, members.level
