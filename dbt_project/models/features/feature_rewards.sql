{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with points moved or a coupon issued in 84 days.
with coupons as (
    select
        known.as_of_date,
        records.person_key,
        count(*) as coupons_issued_84d,
        sum(case when known.redeemed_at < known.ends_at then 1 else 0 end) as coupons_redeemed_84d,
        sum(
            case
                when known.redeemed_at < known.ends_at then 0
                when known.expires_at <= known.ends_at then 0
                else 1
            end
        ) as coupons_open
    from {{ known_versions(ref('coupons'), 'feature') }} as known
    inner join {{ ref('feature_records') }} as records
        on
            known.as_of_date = records.as_of_date
            and known.source = records.source
            and known.customer_id = records.customer_id
    where
        known.issued_at < known.ends_at
        and known.issued_at >= known.ends_at - interval '84' day
    group by known.as_of_date, records.person_key
),

points as (
    select
        known.as_of_date,
        records.person_key,
        sum(case when known.points > 0 then known.points else 0 end) as points_earned_84d,
        sum(case when known.points < 0 then -known.points else 0 end) as points_spent_84d
    from {{ known_versions(ref('points_ledger'), 'feature') }} as known
    inner join {{ ref('feature_records') }} as records
        on
            known.as_of_date = records.as_of_date
            and known.source = records.source
            and known.customer_id = records.customer_id
    where
        known.occurred_at < known.ends_at
        and known.occurred_at >= known.ends_at - interval '84' day
    group by known.as_of_date, records.person_key
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
