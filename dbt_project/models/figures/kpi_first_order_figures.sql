-- 首单成交周期: the median of days from the first private contact to the first order by Kaplan and Meier (1958). Who has
-- not ordered by the date counts as waiting until then, who had ordered before the contact does not count. The median
-- is the first day by which half have ordered; where fewer than half have, it is unknown.
with friends as (
    select
        as_of_date,
        one_id,
        {{ business_date('min(added_at)') }} as added_date
    from {{ ref('staff_follows') }}
    group by as_of_date, one_id
),

waited as (
    select
        friends.as_of_date,
        friends.one_id,
        stages.first_order_date is not null as has_ordered,
        {{ days_between('friends.added_date', 'coalesce(stages.first_order_date, friends.as_of_date)') }} as days
    from friends
    inner join {{ run_dates('as_of') }} as dates
        on friends.as_of_date = dates.as_of_date
    inner join {{ ref('customer_profile') }} as profiles
        on friends.as_of_date = profiles.as_of_date and friends.one_id = profiles.one_id
    left join {{ ref('purchase_stages') }} as stages
        on friends.as_of_date = stages.as_of_date and friends.one_id = stages.one_id
    where
        not coalesce(profiles.is_test, false)
        and (stages.first_order_date is null or stages.first_order_date >= friends.added_date)
),

by_day as (
    select
        as_of_date,
        days,
        sum(case when has_ordered then 1 else 0 end) as ordered,
        count(*) as ended
    from waited
    group by as_of_date, days
),

at_risk as (
    select
        as_of_date,
        days,
        ordered,
        sum(ended) over (partition by as_of_date order by days desc) as waiting
    from by_day
),

shares as (
    select
        as_of_date,
        days,
        waiting - ordered as left_waiting,
        -- as a decimal: a sum of doubles is not the same on one thread as on two
        cast(
            case when waiting > ordered then ln(1 - cast(ordered as double) / waiting) else 0 end as decimal(38, 15)
        ) as log_share
    from at_risk
),

-- A product as a sum of logarithms; where everybody left orders, none remain.
survival as (
    select
        as_of_date,
        days,
        case
            when min(left_waiting) over (partition by as_of_date order by days) = 0 then 0
            else round(exp(sum(log_share) over (partition by as_of_date order by days)), 9)
        end as still_waiting
    from shares
),

medians as (
    select
        as_of_date,
        min(case when still_waiting <= 0.5 then days end) as median_days
    from survival
    group by as_of_date
)

select
    waited.as_of_date,
    waited.as_of_date as kpi_date,
    'first_order_days' as kpi,
    'all' as dimension,
    'all' as value_key,
    max(medians.median_days) as numerator,
    count(*) as denominator
from waited
inner join medians
    on waited.as_of_date = medians.as_of_date
group by waited.as_of_date
union all
select
    waited.as_of_date,
    waited.as_of_date as kpi_date,
    'first_order_finished' as kpi,
    'all' as dimension,
    'all' as value_key,
    sum(case when waited.has_ordered then 1 else 0 end) as numerator,
    count(*) as denominator
from waited
group by waited.as_of_date
