-- One row per (as_of_date, one_id) with an entitlement still to end, or a coupon of the last year: the earliest end and
-- how coupons were used.
with entitlements as (
    select
        as_of_date,
        one_id,
        min({{ days_between('as_of_date', 'end_date') }}) as days_to_entitlement_end
    from {{ states_at(ref('entitlement_states')) }} as states
    where end_date > as_of_date
    group by as_of_date, one_id
),

coupons as (
    select
        as_of_date,
        one_id,
        count(*) as coupons_issued_365d,
        sum(case when redeemed_date <= as_of_date then 1 else 0 end) as coupons_redeemed_365d
    from {{ states_at(ref('coupon_states')) }} as states
    where
        one_id is not null
        and issued_date <= as_of_date
        and {{ days_between('issued_date', 'as_of_date') }} < {{ recall_number('coupon_days') }}
    group by as_of_date, one_id
)

select
    coalesce(entitlements.as_of_date, coupons.as_of_date) as as_of_date,
    coalesce(entitlements.one_id, coupons.one_id) as one_id,
    cast(entitlements.days_to_entitlement_end as bigint) as days_to_entitlement_end,
    cast(coalesce(coupons.coupons_issued_365d, 0) as bigint) as coupons_issued_365d,
    cast(coalesce(coupons.coupons_redeemed_365d, 0) as bigint) as coupons_redeemed_365d
from entitlements
full outer join coupons on entitlements.as_of_date = coupons.as_of_date and entitlements.one_id = coupons.one_id
