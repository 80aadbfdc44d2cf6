-- One row per (as_of_date, one_id) whom others follow: how they were moved (shares that others opened,
-- recommendations, words that others answered in a chat group), how many, and what those bought of late, beside the
-- arm of the last lot that fell on the one they follow. What followers bought, they may have bought anyway.
select
    cast(facts.as_of_date as date) as as_of_date,
    facts.one_id,
    facts.super_user_role,
    cast(facts.reach as bigint) as reach_90d,
    cast(facts.share_count as bigint) as shares_90d,
    cast(facts.share_click_count as bigint) as share_clicks_90d,
    cast(facts.referral_count as bigint) as referrals_90d,
    cast(facts.referral_buyer_count as bigint) as referral_buyers_90d,
    cast(facts.post_count as bigint) as posts_90d,
    case when told.as_of_date is not null then cast(facts.answering as bigint) end as answering_90d,
    cast(facts.follower_buyers as bigint) as follower_buyers_28d,
    cast(facts.follower_net_paid_fen as bigint) as follower_net_paid_fen_28d,
    facts.arm,
    profile.owner_staff_id as staff_id
from {{ ref('role_contacts') }} as facts
inner join {{ ref('customer_profile') }} as profile
    on facts.as_of_date = profile.as_of_date and facts.one_id = profile.one_id and profile.exclusion is null
left join (
    select distinct as_of_date
    from {{ ref('group_talk') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
) as told
    on facts.as_of_date = told.as_of_date
where
    facts.reach >= {{ segment_number('lead_sheep_fewest_followers') }}
    and {{ among_dates('facts.as_of_date', dates_of('as_of')) }}
