-- One row per (as_of_date, one_id) of everybody known: three journeys side by side, by frequency, by value and by
-- interest. By value a member stands where their record says, and where it says no level that member_levels knows,
-- where their growth says.
with follows as (
    select
        as_of_date,
        one_id,
        max(case when is_active then 1 else 0 end) = 1 as is_following,
        max(deleted_by_customer_at) as last_deleted_at
    from {{ ref('staff_follows') }}
    group by as_of_date, one_id
),

members as (
    select
        as_of_date,
        one_id
    from {{ ref('reachability') }}
    where message_channel = 'wecom_group'
),

facts as (
    select
        stages.as_of_date,
        stages.one_id,
        stages.order_days_total,
        coalesce(follows.is_following, false) as is_following,
        follows.last_deleted_at is not null and not follows.is_following as is_deleted_friend,
        {{ days_between(business_date('follows.last_deleted_at'), 'stages.as_of_date') }} as days_since_deleted,
        members.one_id is not null as is_in_group,
        attributes.level,
        growth.growth_level,
        coalesce(habits.settled_category_count, 0) as settled_category_count
    from {{ ref('purchase_stages') }} as stages
    inner join {{ run_dates('as_of') }} as dates on stages.as_of_date = dates.as_of_date
    left join follows on stages.as_of_date = follows.as_of_date and stages.one_id = follows.one_id
    left join members on stages.as_of_date = members.as_of_date and stages.one_id = members.one_id
    left join {{ ref('attributes') }} as attributes
        on stages.as_of_date = attributes.as_of_date and stages.one_id = attributes.one_id
    left join {{ ref('member_growth') }} as growth
        on stages.as_of_date = growth.as_of_date and stages.one_id = growth.one_id
    left join {{ ref('customer_orders') }} as orders
        on stages.as_of_date = orders.as_of_date and stages.one_id = orders.one_id
    left join {{ ref('purchase_habits') }} as habits
        on orders.one_id = habits.one_id and orders.order_set_hash = habits.order_set_hash
),

ranked as (
    select
        facts.*,
        case
            when facts.order_days_total > 1 then 5
            when facts.order_days_total = 1 and facts.is_in_group then 4
            when facts.order_days_total = 1 then 3
            when facts.is_following then 2
            else 1
        end as frequency_rank,
        least(facts.settled_category_count, 3) as interest_rank
    from facts
)

select
    ranked.as_of_date,
    ranked.one_id,
    ranked.is_deleted_friend,
    case when ranked.is_deleted_friend then ranked.days_since_deleted end as days_since_deleted,
    frequency.stage as frequency_journey_stage,
    coalesce(levels.value_journey_stage, ranked.growth_level) as value_journey_stage,
    interest.stage as interest_journey_stage
from ranked
inner join {{ ref('journeys') }} as frequency
    on frequency.journey = 'frequency' and ranked.frequency_rank = frequency.rank
inner join {{ ref('journeys') }} as interest on interest.journey = 'interest' and ranked.interest_rank = interest.rank
left join {{ ref('member_levels') }} as levels on ranked.level = levels.level
