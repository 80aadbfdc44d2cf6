-- Summed over what survived the last check, so that it always equals recall_audience.
with audience as (
    select
        as_of_date,
        audience_id,
        message_channel,
        coalesce(offer_id, 'no_offer') as offer_id,
        count(*) as customer_count,
        sum(expected_cost_fen) as expected_cost_fen,
        sum(net_p10_fen) as net_p10_fen,
        sum(net_p50_fen) as net_p50_fen,
        sum(net_p90_fen) as net_p90_fen
    from {{ ref('published_recall_audience') }}
    where as_of_date in (select dates.as_of_date from {{ run_dates('as_of') }} as dates)
    group by 1, 2, 3, 4
),

holdouts as (
    select
        assignment.as_of_date,
        assignment.audience_id,
        count(*) as holdout_count,
        sum(case when assignment.is_eligible then 1 else 0 end) as eligible_holdout_count
    from {{ ref('published_recall_assignment') }} as assignment
    inner join {{ ref('arms') }} as arms on assignment.arm = arms.arm
    where arms.is_held_out
    group by 1, 2
)

select
    audience.audience_id,
    audience.message_channel,
    audience.offer_id,
    audience.as_of_date,
    cast(audience.customer_count as bigint) as customer_count,
    cast(coalesce(holdouts.holdout_count, 0) as bigint) as holdout_count,
    cast(coalesce(holdouts.eligible_holdout_count, 0) as bigint) as eligible_holdout_count,
    cast(audience.expected_cost_fen as bigint) as expected_cost_fen,
    cast(audience.net_p10_fen as bigint) as net_p10_fen,
    cast(audience.net_p50_fen as bigint) as net_p50_fen,
    cast(audience.net_p90_fen as bigint) as net_p90_fen,
    {{ ratio('audience.net_p50_fen', 'audience.expected_cost_fen', 4) }} as roi_p50,
    -- P10 and P90 of a normal lie 2.5631 deviations apart; 1.702 is the logistic curve's fit to the normal's.
    round(1 / (1 + exp(
        -1.702 * 2.5631 * cast(audience.net_p50_fen as double)
        / greatest(cast(audience.net_p90_fen - audience.net_p10_fen as double), 1)
    )), 2) as probability_roi_positive
from audience
left join holdouts
    on audience.as_of_date = holdouts.as_of_date and audience.audience_id = holdouts.audience_id
