-- One row per (as_of_date, one_id) who shared, referred or posted within the window: what came of it.
with recent as (
    select
        as_of_date,
        one_id,
        source,
        touch,
        touch_id,
        touched_at,
        share_id,
        referred_customer_id
    from {{ ref('interactions') }}
    where
        {{ among_dates('as_of_date', dates_of('segment')) }}
        and age_days < {{ segment_number('influence_days') }}
        and (touch in ('share', 'refer', 'comment', 'review', 'submit_form') or share_id is not null)
),

own as (
    select
        as_of_date,
        one_id,
        sum(case when touch = 'share' then 1 else 0 end) as share_count,
        sum(case when touch in ('comment', 'review', 'submit_form') then 1 else 0 end) as post_count
    from recent
    group by as_of_date, one_id
),

-- A visit that carries a share's id is a click on it, unless the sharer made it.
clicks as (
    select
        shares.as_of_date,
        shares.one_id,
        count(distinct visits.touch_id) as share_click_count
    from recent as shares
    inner join recent as visits
        on
            shares.as_of_date = visits.as_of_date
            and shares.share_id = visits.share_id
            and shares.one_id <> visits.one_id
            and visits.touch <> 'share'
    where shares.touch = 'share'
    group by shares.as_of_date, shares.one_id
),

referrals as (
    select
        recent.as_of_date,
        recent.one_id,
        count(distinct referred.one_id) as referral_count,
        count(distinct case when orders.last_order_at >= recent.touched_at then referred.one_id end)
            as referral_buyer_count
    from recent
    inner join {{ ref('customer_records') }} as referred
        on
            recent.as_of_date = referred.as_of_date
            and recent.source = referred.source
            and recent.referred_customer_id = referred.customer_id
            and recent.one_id <> referred.one_id
    left join {{ ref('customer_orders') }} as orders
        on referred.as_of_date = orders.as_of_date and referred.one_id = orders.one_id
    where recent.touch = 'refer'
    group by recent.as_of_date, recent.one_id
),

counted as (
    select
        own.as_of_date,
        own.one_id,
        own.share_count,
        own.post_count,
        coalesce(clicks.share_click_count, 0) as share_click_count,
        coalesce(referrals.referral_count, 0) as referral_count,
        coalesce(referrals.referral_buyer_count, 0) as referral_buyer_count
    from own
    left join clicks on own.as_of_date = clicks.as_of_date and own.one_id = clicks.one_id
    left join referrals on own.as_of_date = referrals.as_of_date and own.one_id = referrals.one_id
)

select
    as_of_date,
    one_id,
    cast(share_count as bigint) as share_count,
    cast(post_count as bigint) as post_count,
    cast(share_click_count as bigint) as share_click_count,
    cast(referral_count as bigint) as referral_count,
    cast(referral_buyer_count as bigint) as referral_buyer_count,
    cast(least(
        100,
        share_count * {{ segment_number('influence_per_share') }}
        + share_click_count * {{ segment_number('influence_per_share_click') }}
        + referral_count * {{ segment_number('influence_per_referral') }}
        + referral_buyer_count * {{ segment_number('influence_per_referral_buyer') }}
    ) as bigint) as influence_score
from counted
