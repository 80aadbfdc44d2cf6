-- One row per (as_of_date, one_id) who took a coupon by their journal within coupon_days and has none on the coupon
-- ledger in that time: how many they had nobody knows, so nobody says that they had none.
select distinct
    taken.as_of_date,
    taken.one_id
from {{ states_at(ref('interaction_states')) }} as taken
left join {{ ref('entitlements_and_coupons') }} as listed
    on taken.as_of_date = listed.as_of_date and taken.one_id = listed.one_id
where
    taken.touch = 'receive_coupon'
    and taken.one_id is not null
    and taken.touched_date <= taken.as_of_date
    and {{ days_between('taken.touched_date', 'taken.as_of_date') }} < {{ recall_number('coupon_days') }}
    and coalesce(listed.coupons_issued_365d, 0) = 0
