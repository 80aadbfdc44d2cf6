-- When and where somebody likes to come is read off what they did: of whom a hard rule keeps out nobody says it.
select
    profile.one_id,
    cast(profile.as_of_date as date) as as_of_date,
    {{ instant('profile.first_seen_at') }} as first_seen_at,
    {{ instant('profile.last_seen_at') }} as last_seen_at,
    {{ published_list('profile.channels') }} as channels,
    profile.acquisition_channel,
    {{ instant('profile.registered_at') }} as registered_at,
    profile.gender,
    profile.age_band,
    profile.province,
    profile.city,
    profile.city_tier,
    profile.member_level,
    cast(profile.points_balance as bigint) as points_balance,
    member_growth.growth,
    member_growth.growth_level,
    member_growth.growth_to_next,
    member_growth.points_expiring,
    {{ published_list('profile.reachable_channels') }} as reachable_channels,
    {{ published_list('profile.consented_channels') }} as consented_channels,
    profile.owner_staff_id,
    profile.last_seller_staff_id,
    cast(profile.order_count as bigint) as order_count,
    {{ instant('profile.first_order_at') }} as first_order_at,
    {{ instant('profile.last_order_at') }} as last_order_at,
    cast(profile.paid_fen as bigint) as paid_fen,
    cast(profile.freight_fen as bigint) as freight_fen,
    cast(profile.refunded_fen as bigint) as refunded_fen,
    cast(profile.excess_refund_fen as bigint) as excess_refund_fen,
    cast(profile.net_paid_fen as bigint) as net_paid_fen,
    cast(profile.average_order_fen as bigint) as average_order_fen,
    case when profile.exclusion is null then profile.preferred_channel end as preferred_channel,
    case when profile.exclusion is null then cast(profile.preferred_hour as bigint) end as preferred_hour,
    {{ published_list('tags.tags') }} as tags,
    profile.identity_confidence,
    profile.is_island,
    profile.exclusion
from {{ ref('customer_profile') }} as profile
inner join {{ run_dates('as_of') }} as dates
    on profile.as_of_date = dates.as_of_date
left join {{ ref('member_growth') }} as member_growth
    on profile.as_of_date = member_growth.as_of_date and profile.one_id = member_growth.one_id
left join {{ ref('tags') }} as tags
    on profile.as_of_date = tags.as_of_date and profile.one_id = tags.one_id
