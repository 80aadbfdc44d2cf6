-- One row per (as_of_date, one_id) with an entitlement still to end, or a coupon of the last year: the earliest end and
-- how coupons were used.
with people as (
    select
        as_of_date,
        source,
        customer_id,
        one_id
    from {{ ref('customer_records') }}
),

entitlements as (
    select
        people.as_of_date,
        people.one_id,
        min({{ days_between('known.as_of_date', business_date('known.expires_at')) }}) as days_to_entitlement_end
    from {{ known_versions(ref('entitlements')) }} as known
    inner join people
        on
            known.as_of_date = people.as_of_date
            and known.source = people.source
            and known.customer_id = people.customer_id
    where known.expires_at >= known.ends_at and (known.renewed_at is null or known.renewed_at >= known.ends_at)
    group by people.as_of_date, people.one_id
),

coupons as (
    select
        people.as_of_date,
        people.one_id,
        count(*) as coupons_issued_365d,
        count({{ happened('known.redeemed_at') }}) as coupons_redeemed_365d
    from {{ known_versions(ref('coupons')) }} as known
    inner join people
        on
            known.as_of_date = people.as_of_date
            and known.source = people.source
            and known.customer_id = people.customer_id
    where
        known.issued_at < known.ends_at
        and {{ days_between(business_date('known.issued_at'), 'known.as_of_date') }}
        < {{ recall_number('coupon_days') }}
    group by people.as_of_date, people.one_id
)

select
    coalesce(entitlements.as_of_date, coupons.as_of_date) as as_of_date,
    coalesce(entitlements.one_id, coupons.one_id) as one_id,
    cast(entitlements.days_to_entitlement_end as bigint) as days_to_entitlement_end,
    cast(coalesce(coupons.coupons_issued_365d, 0) as bigint) as coupons_issued_365d,
    cast(coalesce(coupons.coupons_redeemed_365d, 0) as bigint) as coupons_redeemed_365d
from entitlements
full outer join coupons on entitlements.as_of_date = coupons.as_of_date and entitlements.one_id = coupons.one_id
