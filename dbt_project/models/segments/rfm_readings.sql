-- One row per (as_of_date, one_id, frozen_on) of everybody known: recency, frequency and money over the window, scored
-- 1 to 5 by the cuts frozen on a quarter's first day, and the segment. A date is read by its own quarter's cuts; the
-- first day of a quarter by those of its eve as well, so that it can be said whom the new cuts alone move.
with dates as (
    select
        as_of_date,
        {{ frozen_date('as_of_date') }} as frozen_on
    from {{ run_dates('segment') }} as told_dates
    union
    select
        as_of_date,
        as_of_date as frozen_on
    from {{ refreeze_dates() }} as by_the_new_cuts
    union
    select
        as_of_date,
        {{ frozen_date(add_days('as_of_date', '-1')) }} as frozen_on
    from {{ refreeze_dates() }} as by_the_eves_cuts
),

measured as (
    select
        stages.as_of_date,
        stages.one_id,
        dates.frozen_on,
        stages.purchase_stage,
        stages.recency_days,
        stages.order_days_365d,
        coalesce(orders.order_count_365d, 0) as order_count_365d,
        coalesce(orders.net_paid_fen_365d, 0) as net_paid_fen_365d
    from {{ ref('purchase_stages') }} as stages
    inner join dates on stages.as_of_date = dates.as_of_date
    left join {{ ref('customer_orders') }} as orders
        on stages.as_of_date = orders.as_of_date and stages.one_id = orders.one_id
),

scored as (
    select
        measured.*,
        case
            when measured.order_days_365d = 0 then null
            when measured.recency_days <= recency.cut_20 then 5
            when measured.recency_days <= recency.cut_40 then 4
            when measured.recency_days <= recency.cut_60 then 3
            when measured.recency_days <= recency.cut_80 then 2
            else 1
        end as r_score,
        frequency.score as f_score,
        case
            when measured.order_days_365d = 0 then null
            when measured.net_paid_fen_365d > money.cut_80 then 5
            when measured.net_paid_fen_365d > money.cut_60 then 4
            when measured.net_paid_fen_365d > money.cut_40 then 3
            when measured.net_paid_fen_365d > money.cut_20 then 2
            else 1
        end as m_score
    from measured
    inner join {{ ref('rfm_quintiles') }} as recency
        on measured.frozen_on = recency.frozen_on and recency.measure = 'recency_days'
    inner join {{ ref('rfm_quintiles') }} as money
        on measured.frozen_on = money.frozen_on and money.measure = 'net_paid_fen'
    left join {{ ref('rfm_cuts') }} as frequency
        on
            measured.order_days_365d >= frequency.lower_bound
            and measured.order_days_365d <= frequency.upper_bound
),

numbers as (
    select {{ segment_number('rfm_high_score') }} as high_score
)

select
    scored.as_of_date,
    scored.one_id,
    scored.frozen_on,
    scored.purchase_stage,
    case when scored.order_days_365d > 0 then scored.recency_days end as recency_days,
    scored.order_days_365d,
    scored.order_count_365d,
    scored.net_paid_fen_365d,
    cast(scored.r_score as bigint) as r_score,
    cast(scored.f_score as bigint) as f_score,
    cast(scored.m_score as bigint) as m_score,
    segments.rfm_segment
from scored
cross join numbers
inner join {{ ref('rfm_segments') }} as segments
    on
        (
            segments.has_orders
            and (scored.r_score >= numbers.high_score) = segments.is_recent
            and (scored.f_score >= numbers.high_score) = segments.is_frequent
            and (scored.m_score >= numbers.high_score) = segments.is_valuable
        )
        or (scored.order_days_365d = 0 and not segments.has_orders)
