select
    segments.one_id,
    cast(segments.as_of_date as date) as as_of_date,
    cast(segments.recency_days as bigint) as recency_days,
    cast(segments.order_count_365d as bigint) as order_count_365d,
    cast(segments.net_paid_fen_365d as bigint) as net_paid_fen_365d,
    cast(segments.r_score as bigint) as r_score,
    cast(segments.f_score as bigint) as f_score,
    cast(segments.m_score as bigint) as m_score,
    segments.rfm_segment,
    round(cast(segments.pyramid_score as double), 2) as pyramid_score,
    segments.pyramid_tier,
    round(cast(segments.activity_points as double), 2) as activity_points,
    round(cast(segments.conversion_points as double), 2) as conversion_points,
    segments.matrix_cell,
    segments.worth,
    segments.super_user_role,
    segments.price_attitude,
    segments.novelty_attitude,
    {{ published_list('segments.interests') }} as interests
from {{ ref('customer_segments') }} as segments
inner join {{ run_dates('as_of') }} as dates
    on segments.as_of_date = dates.as_of_date
