-- Customers whose followers have all left the brand: somebody has to take them over before anybody can write to them.
-- No test account, no staff and no minor; who may not be profiled is looked after like others, in no order of merit.
select
    profile.one_id,
    cast(profile.as_of_date as date) as as_of_date,
    profile.left_staff_id,
    cast(profile.staff_left_date as date) as left_date,
    profile.store_id,
    profile.last_seller_staff_id as suggested_staff_id,
    cast(profile.net_paid_fen as bigint) as net_paid_fen
from {{ ref('customer_profile') }} as profile
inner join {{ run_dates('as_of') }} as dates
    on profile.as_of_date = dates.as_of_date
where
    profile.left_staff_id is not null
    and profile.may_be_served
