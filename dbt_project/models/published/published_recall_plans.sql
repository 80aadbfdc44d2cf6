-- Only plans that pass the last check, on both sides of the lot; none while the gate is closed, nor whose words were
-- withheld (recall_withheld): they were never sent.
select
    plans.one_id,
    cast(plans.as_of_date as date) as as_of_date,
    plans.episode_id,
    plans.audience_id,
    plans.policy_id,
    plans.audience_kind,
    cast(plans.ladder_step as bigint) as ladder_step,
    plans.campaign_id,
    plans.consent_purpose,
    plans.objective,
    plans.band,
    plans.message_channel,
    nullif(plans.offer_id, 'none') as offer_id,
    plans.depth,
    plans.arm,
    round(cast(plans.held_back_probability as double), 6) as held_back_probability,
    round(cast(plans.wait_probability as double), 6) as wait_probability,
    round(cast(plans.option_probability as double), 6) as option_probability,
    round(cast(plans.p0 as double), 6) as p0,
    cast(plans.contacts_28d as bigint) as contacts_28d,
    round(cast(plans.coupon_taste as double), 6) as coupon_taste,
    round(cast(plans.wecom_answers as double), 6) as wecom_answers,
    round(cast(plans.lift_mean as double), 9) as lift_mean,
    round(cast(plans.lift_p10 as double), 9) as lift_p10,
    round(cast(plans.lift_p90 as double), 9) as lift_p90,
    round(cast(plans.unit_fen as double), 3) as fen_per_lift,
    round(cast(plans.base_fen as double), 3) as fen_at_no_lift,
    cast(plans.expected_cost_fen as bigint) as expected_cost_fen,
    cast(plans.net_mean_fen as bigint) as net_mean_fen,
    cast(plans.net_p10_fen as bigint) as net_p10_fen,
    cast(plans.net_p90_fen as bigint) as net_p90_fen,
    round(cast(plans.margin_rate as double), 4) as margin_rate,
    plans.basis,
    plans.effects_hash,
    cast(plans.ends_on as date) as ends_on,
    plans.opens_episode,
    plans.play_id
from {{ source('recall', 'plans') }} as plans
inner join {{ run_dates('as_of') }} as dates
    on plans.as_of_date = dates.as_of_date
inner join {{ ref('standing_plans') }} as standing
    on plans.as_of_date = standing.as_of_date and plans.one_id = standing.one_id
inner join {{ ref('sending_gate') }} as gate on gate.is_open
left join {{ source('recall', 'audience') }} as audience
    on
        plans.as_of_date = audience.as_of_date
        and plans.one_id = audience.one_id
        and audience.withheld_because is not null
where audience.one_id is null
