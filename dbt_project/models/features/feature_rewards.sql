{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with points moved or a coupon issued in 84 days.
with coupons as (
    select
        as_of_date,
        person_key,
        count(*) as coupons_issued_84d,
        sum(case when redeemed_date <= as_of_date then 1 end) as coupons_redeemed_84d,
        sum(
            case
                when redeemed_date <= as_of_date then 0
                when last_valid_date <= as_of_date then 0
                else 1
            end
        ) as coupons_open
    from {{ states_at(ref('coupon_states'), 'feature') }} as states
    where
        person_key is not null
        and issued_date <= as_of_date
        and issued_date > {{ add_days('as_of_date', '-84') }}
    group by as_of_date, person_key
),

points as (
    select
        as_of_date,
        person_key,
        sum(greatest(points, 0)) as points_earned_84d,
        sum(greatest(-points, 0)) as points_spent_84d
    from {{ states_at(ref('points_states'), 'feature') }} as states
    where moved_date > {{ add_days('as_of_date', '-84') }}
    group by as_of_date, person_key
)

select
    coalesce(coupons.as_of_date, points.as_of_date) as as_of_date,
    coalesce(coupons.person_key, points.person_key) as person_key,
    coalesce(coupons.coupons_issued_84d, 0) as coupons_issued_84d,
    coalesce(coupons.coupons_redeemed_84d, 0) as coupons_redeemed_84d,
    coalesce(coupons.coupons_open, 0) as coupons_open,
    coalesce(points.points_earned_84d, 0) as points_earned_84d,
    coalesce(points.points_spent_84d, 0) as points_spent_84d
from coupons
full outer join points
    on coupons.as_of_date = points.as_of_date and coupons.person_key = points.person_key
