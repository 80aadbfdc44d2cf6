-- One row per (as_of_date, one_id) with a role beyond buying: what they were given within group_window_days, what they
-- bought, whom they reach and what those bought, and the arm of the last lot that fell on them within these days.
with roles as (
    select
        as_of_date,
        one_id,
        super_user_role
    from {{ ref('customer_segments') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
),

contacts as (
    select
        as_of_date,
        one_id,
        count(*) as contacts
    from {{ states_at(ref('contacts')) }} as contacts
    where
        one_id is not null
        and contacted_date <= as_of_date
        and {{ days_between('contacted_date', 'as_of_date') }} < {{ segment_number('group_window_days') }}
    group by as_of_date, one_id
),

coupons as (
    select
        as_of_date,
        one_id,
        count(*) as coupons
    from {{ states_at(ref('coupon_states')) }} as coupons
    where
        one_id is not null
        and issued_date <= as_of_date
        and {{ days_between('issued_date', 'as_of_date') }} < {{ segment_number('group_window_days') }}
    group by as_of_date, one_id
),

spent as (
    select
        as_of_date,
        one_id,
        sum(goods_paid_fen - refunded_fen) as net_paid_fen
    from {{ ref('paid_orders') }}
    where
        counts_as_purchase
        and age_days < {{ segment_number('group_window_days') }}
        and {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, one_id
),

followed as (
    select
        followers.as_of_date,
        followers.one_id,
        count(*) as reach,
        sum(case when followers.has_answered then 1 else 0 end) as answering,
        sum(case when spent.one_id is not null then 1 else 0 end) as follower_buyers,
        sum(coalesce(spent.net_paid_fen, 0)) as follower_net_paid_fen
    from {{ ref('followers') }} as followers
    left join spent on followers.as_of_date = spent.as_of_date and followers.follower_one_id = spent.one_id
    where {{ among_dates('followers.as_of_date', dates_of('as_of')) }}
    group by followers.as_of_date, followers.one_id
),

lots as (
    select
        as_of_date,
        one_id,
        case when arm = 'held_back' then 'held_back' else 'sent' end as arm,
        row_number() over (
            partition by as_of_date, one_id order by plan_date desc, episode_id asc
        ) as place
    from {{ ref('recall_episodes') }}
    where
        plan_date <= as_of_date
        and (is_sent or arm = 'held_back')
        and {{ days_between('plan_date', 'as_of_date') }} < {{ segment_number('group_window_days') }}
        and {{ among_dates('as_of_date', dates_of('as_of')) }}
)

select
    roles.as_of_date,
    roles.one_id,
    roles.super_user_role,
    coalesce(contacts.contacts, 0) as contacts,
    coalesce(coupons.coupons, 0) as coupons,
    spent.one_id is not null as has_ordered,
    coalesce(spent.net_paid_fen, 0) as net_paid_fen,
    coalesce(influence.share_count, 0) as share_count,
    coalesce(influence.share_click_count, 0) as share_click_count,
    coalesce(influence.referral_count, 0) as referral_count,
    coalesce(influence.referral_buyer_count, 0) as referral_buyer_count,
    coalesce(influence.post_count, 0) as post_count,
    coalesce(followed.reach, 0) as reach,
    coalesce(followed.answering, 0) as answering,
    coalesce(followed.follower_buyers, 0) as follower_buyers,
    coalesce(followed.follower_net_paid_fen, 0) as follower_net_paid_fen,
    lots.arm
from roles
left join contacts on roles.as_of_date = contacts.as_of_date and roles.one_id = contacts.one_id
left join coupons on roles.as_of_date = coupons.as_of_date and roles.one_id = coupons.one_id
left join spent on roles.as_of_date = spent.as_of_date and roles.one_id = spent.one_id
left join followed on roles.as_of_date = followed.as_of_date and roles.one_id = followed.one_id
left join {{ ref('influence') }} as influence
    on roles.as_of_date = influence.as_of_date and roles.one_id = influence.one_id
left join lots on roles.as_of_date = lots.as_of_date and roles.one_id = lots.one_id and lots.place = 1
where roles.super_user_role is not null or followed.reach >= {{ segment_number('lead_sheep_fewest_followers') }}
