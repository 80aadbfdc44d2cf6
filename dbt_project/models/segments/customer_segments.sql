-- One row per (as_of_date, one_id): every segment a customer stands in, and on the first day of a quarter what of it
-- the cuts frozen that day moved. Whom a hard rule keeps out has those that lists and models ask for, and no role,
-- attitude or interest; nothing of it is published.
select
    rfm.as_of_date,
    rfm.one_id,
    rfm.recency_days,
    rfm.order_count_365d,
    rfm.net_paid_fen_365d,
    rfm.r_score,
    rfm.f_score,
    rfm.m_score,
    rfm.rfm_segment,
    pyramid.pyramid_score,
    pyramid.pyramid_tier,
    cells.activity_points,
    cells.conversion_points,
    cells.matrix_cell,
    cells.worth,
    hard_rules.exclusion is not null as is_excluded,
    case when hard_rules.exclusion is null then super_users.super_user_role end as super_user_role,
    case when hard_rules.exclusion is null then habits.price_attitude end as price_attitude,
    case when hard_rules.exclusion is null then novelty.novelty_attitude end as novelty_attitude,
    {{ list_or_empty('case when hard_rules.exclusion is null then habits.interests end') }} as interests,
    {{ sorted_values([
        "case when hard_rules.exclusion is null and refreezes.r_score <> refreezes.r_score_before then 'r_score' end",
        "case when hard_rules.exclusion is null and refreezes.m_score <> refreezes.m_score_before then 'm_score' end",
        "case when hard_rules.exclusion is null and refreezes.purchase_stage <> refreezes.purchase_stage_before"
        ~ " then 'purchase_stage' end",
    ]) }} as moved_by_refreeze
from {{ ref('rfm') }} as rfm
inner join {{ ref('activity_conversion') }} as cells on rfm.as_of_date = cells.as_of_date and rfm.one_id = cells.one_id
inner join {{ ref('value_pyramid') }} as pyramid on rfm.as_of_date = pyramid.as_of_date and rfm.one_id = pyramid.one_id
inner join {{ ref('hard_rules') }} as hard_rules
    on rfm.as_of_date = hard_rules.as_of_date and rfm.one_id = hard_rules.one_id
left join {{ ref('super_users') }} as super_users
    on rfm.as_of_date = super_users.as_of_date and rfm.one_id = super_users.one_id
left join {{ ref('customer_orders') }} as orders on rfm.as_of_date = orders.as_of_date and rfm.one_id = orders.one_id
left join {{ ref('purchase_habits') }} as habits
    on orders.one_id = habits.one_id and orders.order_set_hash = habits.order_set_hash
left join {{ ref('novelty_attitude') }} as novelty
    on rfm.as_of_date = novelty.as_of_date and rfm.one_id = novelty.one_id
left join {{ ref('refreezes') }} as refreezes
    on rfm.as_of_date = refreezes.as_of_date and rfm.one_id = refreezes.one_id
where {{ among_dates('rfm.as_of_date', dates_of('segment')) }}
