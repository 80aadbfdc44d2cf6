-- One row per (as_of_date, one_id) with any points: what the customer did, by kind and day under its cap, halving every
-- half-life. Sign-ins alone cannot make anybody active: at most a set share of the score comes from them.
with rules as (
    select
        touch,
        points,
        daily_cap,
        is_once
    from {{ ref('touch_types') }}
    where points > 0
),

counted as (
    select
        touches.as_of_date,
        touches.one_id,
        touches.touch,
        touches.age_days,
        count(*) as touch_count
    from {{ ref('touches') }} as touches
    inner join rules on touches.touch = rules.touch
    where
        {{ among_dates('touches.as_of_date', dates_of('as_of')) }}
        and (touches.touch <> 'watch_live' or touches.duration_seconds >= {{ segment_number('watch_live_seconds') }})
        and (touches.touch <> 'refer' or touches.referred_customer_id is not null)
    group by touches.as_of_date, touches.one_id, touches.touch, touches.age_days
),

-- What counts once counts on its first day.
first_of_kind as (
    select
        counted.as_of_date,
        counted.one_id,
        counted.touch,
        max(counted.age_days) as age_days
    from counted
    group by counted.as_of_date, counted.one_id, counted.touch
),

days as (
    select
        counted.as_of_date,
        counted.one_id,
        counted.touch,
        counted.age_days,
        rules.points * case
            when rules.is_once then 1
            else least(counted.touch_count, rules.daily_cap)
        end as points
    from counted
    inner join rules on counted.touch = rules.touch
    inner join first_of_kind
        on
            counted.as_of_date = first_of_kind.as_of_date
            and counted.one_id = first_of_kind.one_id
            and counted.touch = first_of_kind.touch
    where not rules.is_once or counted.age_days = first_of_kind.age_days
),

-- A point's weight by age, in millionths, rounded once so that sums are exact.
weights as (
    select
        age_days,
        cast(
            round(
                1000000 * power(0.5, cast(age_days as double) / {{ segment_number('activity_half_life_days') }})
            ) as bigint
        ) as weight
    from (select distinct age_days from days) as ages
),

summed as (
    select
        days.as_of_date,
        days.one_id,
        sum(case when days.touch = 'sign_in' then days.points * weights.weight else 0 end) as sign_in_weighted,
        sum(case when days.touch <> 'sign_in' then days.points * weights.weight else 0 end) as other_weighted
    from days
    inner join weights on days.age_days = weights.age_days
    group by days.as_of_date, days.one_id
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
