-- One row per (as_of_date, one_id) of everybody known on the first day of a quarter: the day's facts by the cuts and
-- cadences of the eve and by those frozen that day. Where the two differ, that alone moves the customer.
select
    after.as_of_date,
    after.one_id,
    before.r_score as r_score_before,
    after.r_score,
    before.m_score as m_score_before,
    after.m_score,
    before.rfm_segment as rfm_segment_before,
    after.rfm_segment,
    eve_stages.purchase_stage as purchase_stage_before,
    after.purchase_stage
from {{ ref('rfm_readings') }} as after
inner join {{ ref('rfm_readings') }} as before
    on after.as_of_date = before.as_of_date and after.one_id = before.one_id and before.frozen_on < after.frozen_on
inner join {{ ref('eve_stages') }} as eve_stages
    on after.as_of_date = eve_stages.as_of_date and after.one_id = eve_stages.one_id
