-- One row per (as_of_date, super_user_role): how many stand in a role, what they are given and what they bring, their
-- followers' orders by the lot that fell on them, and, where nobody does, which data has not landed.
with rules as (
    select
        super_user_role,
        min(priority) as priority,
        max(case when offers_allowed then 1 else 0 end) = 1 as offers_allowed,
        min(min_referral_buyers) as min_referral_buyers,
        min(min_share_clicks) as min_share_clicks,
        min(min_posts) as min_posts,
        min(min_average_order_fen) as min_average_order_fen
    from {{ ref('super_user_rules') }}
    group by super_user_role
),

told as (
    select
        dates.as_of_date,
        sum(case when touches.touch = 'refer' and touches.referred_customer_id is not null then 1 else 0 end)
            as referrals,
        sum(case when touches.touch <> 'share' and touches.share_id is not null then 1 else 0 end) as share_clicks,
        sum(case when touches.touch in ('comment', 'review', 'submit_form') then 1 else 0 end) as posts
    from {{ run_dates('as_of') }} as dates
    left join {{ ref('interactions') }} as touches
        on
            dates.as_of_date = touches.as_of_date
            and touches.age_days < {{ segment_number('influence_days') }}
            and {{ among_dates('touches.as_of_date', dates_of('as_of')) }}
    group by dates.as_of_date
),

people as (
    select
        *,
        {{ rounded_quotient('follower_buyers * 10000', 'nullif(reach, 0)') }} as follower_share
    from {{ ref('role_contacts') }}
    where super_user_role is not null and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

counted as (
    select
        as_of_date,
        super_user_role,
        count(*) as people,
        sum(contacts) as contacts,
        sum(coupons) as coupons,
        sum(case when has_ordered then 1 else 0 end) as buyers,
        sum(net_paid_fen) as net_paid_fen,
        sum(referral_buyer_count) as referral_buyers,
        sum(reach) as reach,
        sum(follower_buyers) as follower_buyers,
        sum(follower_net_paid_fen) as follower_net_paid_fen,
        sum(case when arm = 'sent' and reach > 0 then 1 else 0 end) as sent,
        sum(case when arm = 'sent' then follower_share end) as sent_total,
        sum(case when arm = 'sent' then follower_share * follower_share end) as sent_squares,
        sum(case when arm = 'held_back' and reach > 0 then 1 else 0 end) as held_back,
        sum(case when arm = 'held_back' then follower_share end) as held_back_total,
        sum(case when arm = 'held_back' then follower_share * follower_share end) as held_back_squares
    from people
    group by as_of_date, super_user_role
),

measured as (
    select
        told.as_of_date,
        rules.super_user_role,
        rules.priority,
        rules.offers_allowed,
        counted.people,
        counted.contacts,
        counted.coupons,
        counted.buyers,
        counted.net_paid_fen,
        counted.referral_buyers,
        counted.reach,
        counted.follower_buyers,
        counted.follower_net_paid_fen,
        counted.sent,
        counted.held_back,
        {{ ratio('counted.sent_total', 'counted.sent') }} as sent_share,
        {{ ratio('counted.held_back_total', 'counted.held_back') }} as held_back_share,
        {{ deviation('counted.sent', 'counted.sent_total', 'counted.sent_squares') }} as sent_deviation,
        {{ deviation('counted.held_back', 'counted.held_back_total', 'counted.held_back_squares') }}
            as held_back_deviation,
        case
            when counted.people > 0 then null
            when rules.min_referral_buyers > 0 and told.referrals = 0 then 'no_referrals'
            when rules.min_share_clicks > 0 and told.share_clicks = 0 then 'no_share_clicks'
            when rules.min_posts > 0 and told.posts = 0 then 'no_posts'
            when rules.min_average_order_fen > 0 then 'no_large_orders'
            else 'nobody_reaches_it'
        end as missing
    from told
    cross join rules
    left join counted
        on told.as_of_date = counted.as_of_date and rules.super_user_role = counted.super_user_role
),

judged as (
    select
        *,
        {{ segment_number('group_interval_thousandths') }} / 1000.0
        * sqrt(
            sent_deviation * sent_deviation / nullif(sent, 0)
            + held_back_deviation * held_back_deviation / nullif(held_back, 0)
        ) as half_width
    from measured
)

select
    cast(judged.as_of_date as date) as as_of_date,
    judged.super_user_role,
    cast(judged.priority as bigint) as priority,
    rights.price_list,
    judged.offers_allowed,
    rights.rights_zh,
    rights.rights_en,
    {%- set counts = [
        'people', 'contacts', 'coupons', 'buyers', 'net_paid_fen', 'referral_buyers', 'reach', 'follower_buyers',
        'follower_net_paid_fen', 'sent', 'held_back'
    ] %}
    {%- set ages = {
        'contacts': '_28d', 'coupons': '_28d', 'buyers': '_28d', 'net_paid_fen': '_28d', 'referral_buyers': '_90d',
        'reach': '_90d', 'follower_buyers': '_28d', 'follower_net_paid_fen': '_28d', 'sent': '_28d', 'held_back': '_28d'
    } %}
    {%- for count in counts %}
    cast(coalesce(judged.{{ count }}, 0) as bigint) as {{ count }}{{ ages[count] }},
    {%- endfor %}
    round(judged.sent_share / 10000, 4) as follower_share_sent,
    round(judged.held_back_share / 10000, 4) as follower_share_held_back,
    case
        when judged.people is null then null
        when least(judged.sent, judged.held_back) < {{ segment_number('lead_sheep_fewest_arm') }} then 'too_few'
        when judged.sent_share - judged.held_back_share > judged.half_width then 'more'
        when judged.held_back_share - judged.sent_share > judged.half_width then 'less'
        else 'no_difference'
    end as verdict,
    judged.missing
from judged
inner join {{ ref('role_rights') }} as rights on judged.super_user_role = rights.super_user_role
