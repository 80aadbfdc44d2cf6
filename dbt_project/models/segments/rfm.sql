-- One row per (as_of_date, one_id) of everybody known: recency, frequency and money over the window, scored 1 to 5 by
-- the cuts of the date's quarter, and the segment (rfm_readings).
select
    as_of_date,
    one_id,
    purchase_stage,
    recency_days,
    order_days_365d,
    order_count_365d,
    net_paid_fen_365d,
    r_score,
    f_score,
    m_score,
    rfm_segment
from {{ ref('rfm_readings') }}
where {{ among_dates('as_of_date', dates_of('segment')) }} and frozen_on = {{ frozen_date('as_of_date') }}
