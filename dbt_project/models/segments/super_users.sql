-- One row per (as_of_date, one_id) with a role beyond buying: the first rule, in the seed's order, all of whose least
-- values the customer reaches.
with facts as (
    select
        rfm.as_of_date,
        rfm.one_id,
        rfm.order_days_365d,
        coalesce({{ whole_quotient('rfm.net_paid_fen_365d', 'nullif(rfm.order_count_365d, 0)') }}, 0)
            as average_order_fen_365d,
        cells.activity_points,
        coalesce(influence.referral_buyer_count, 0) as referral_buyer_count,
        coalesce(influence.share_click_count, 0) as share_click_count,
        coalesce(influence.influence_score, 0) as influence_score,
        coalesce(influence.post_count, 0) as post_count
    from {{ ref('rfm') }} as rfm
    inner join {{ ref('activity_conversion') }} as cells
        on rfm.as_of_date = cells.as_of_date and rfm.one_id = cells.one_id
    left join {{ ref('influence') }} as influence
        on rfm.as_of_date = influence.as_of_date and rfm.one_id = influence.one_id
    where {{ among_dates('rfm.as_of_date', dates_of('segment')) }}
),

ranked as (
    select
        facts.as_of_date,
        facts.one_id,
        rules.super_user_role,
        row_number() over (partition by facts.as_of_date, facts.one_id order by rules.priority) as role_rank
    from facts
    inner join {{ ref('super_user_rules') }} as rules
        on
            facts.referral_buyer_count >= rules.min_referral_buyers
            and facts.share_click_count >= rules.min_share_clicks
            and facts.influence_score >= rules.min_influence_score
            and facts.activity_points >= rules.min_activity_points
            and facts.order_days_365d >= rules.min_order_days_365d
            and facts.average_order_fen_365d >= rules.min_average_order_fen
            and facts.post_count >= rules.min_posts
)

select
    as_of_date,
    one_id,
    super_user_role
from ranked
where role_rank = 1
