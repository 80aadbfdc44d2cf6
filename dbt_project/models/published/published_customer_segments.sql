-- Whom a hard rule keeps out has the counts of what they bought, and no score, tier, cell, role, attitude or interest.
select
    segments.one_id,
    cast(segments.as_of_date as date) as as_of_date,
    cast(segments.recency_days as bigint) as recency_days,
    cast(segments.order_count_365d as bigint) as order_count_365d,
    cast(segments.net_paid_fen_365d as bigint) as net_paid_fen_365d,
    case when not segments.is_excluded then cast(segments.r_score as bigint) end as r_score,
    case when not segments.is_excluded then cast(segments.f_score as bigint) end as f_score,
    case when not segments.is_excluded then cast(segments.m_score as bigint) end as m_score,
    case when not segments.is_excluded then segments.rfm_segment end as rfm_segment,
    case when not segments.is_excluded then cast(segments.pyramid_score as double) end as pyramid_score,
    case when not segments.is_excluded then segments.pyramid_tier end as pyramid_tier,
    case when not segments.is_excluded then cast(segments.activity_points as double) end as activity_points,
    case when not segments.is_excluded then cast(segments.conversion_points as double) end as conversion_points,
    case when not segments.is_excluded then segments.matrix_cell end as matrix_cell,
    case when not segments.is_excluded then segments.worth end as worth,
    segments.super_user_role,
    segments.price_attitude,
    segments.novelty_attitude,
    {{ published_list('segments.interests') }} as interests,
    {{ published_list('segments.moved_by_refreeze') }} as moved_by_refreeze
from {{ ref('customer_segments') }} as segments
inner join {{ run_dates('as_of') }} as dates
    on segments.as_of_date = dates.as_of_date
