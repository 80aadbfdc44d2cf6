-- One row per (as_of_date, one_id) with any points: what the customer did, by kind and day under its cap, halving every
-- half-life. Sign-ins alone cannot make anybody active: at most a set share of the score comes from them.
with counted as (
    select
        interactions.as_of_date,
        interactions.one_id,
        interactions.touch,
        interactions.age_days,
        rules.points,
        rules.daily_cap,
        rules.is_once,
        count(*) as touch_count,
        max(interactions.age_days)
            over (partition by interactions.as_of_date, interactions.one_id, interactions.touch)
            as first_age_days
    from {{ ref('interactions') }} as interactions
    inner join {{ ref('touch_types') }} as rules on interactions.touch = rules.touch
    where
        {{ among_dates('interactions.as_of_date', dates_of('segment')) }}
        and rules.points > 0
        and (
            interactions.touch <> 'watch_live'
            or interactions.duration_seconds >= {{ segment_number('watch_live_seconds') }}
        )
        and (interactions.touch <> 'refer' or interactions.referred_customer_id is not null)
    group by
        interactions.as_of_date, interactions.one_id, interactions.touch, interactions.age_days,
        rules.points, rules.daily_cap, rules.is_once
),

-- A point's weight by age, in millionths, rounded once so that sums are exact. What counts once counts on its first
-- day.
weighted as (
    select
        counted.as_of_date,
        counted.one_id,
        counted.touch = 'sign_in' as is_sign_in,
        counted.points
        * case when counted.is_once then 1 else least(counted.touch_count, counted.daily_cap) end
        * cast(
            round(
                1000000
                * power(0.5, cast(counted.age_days as double) / {{ segment_number('activity_half_life_days') }})
            ) as bigint
        ) as weight
    from counted
    where not counted.is_once or counted.age_days = counted.first_age_days
),

summed as (
    select
        as_of_date,
        one_id,
        sum(case when is_sign_in then weight else 0 end) as sign_in_weighted,
        sum(case when is_sign_in then 0 else weight end) as other_weighted
    from weighted
    group by as_of_date, one_id
),

numbers as (
    select {{ segment_number('sign_in_share_percent') }} as sign_in_share_percent
)

select
    summed.as_of_date,
    summed.one_id,
    {{ whole_quotient(
        'summed.other_weighted + least(summed.sign_in_weighted, ' ~ whole_quotient(
            'summed.other_weighted * numbers.sign_in_share_percent', '100 - numbers.sign_in_share_percent'
        ) ~ ')', '1000000'
    ) }} as activity_points
from summed
cross join numbers
