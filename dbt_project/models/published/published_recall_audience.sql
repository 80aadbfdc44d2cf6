-- One row per person to be sent something whose plan passes the last check (standing_plans) and whose words may be
-- said; who is withheld for a word stands in recall_withheld.
select
    audience.one_id,
    cast(audience.as_of_date as date) as as_of_date,
    audience.audience_id,
    audience.audience_kind,
    audience.policy_id,
    cast(nullif(audience.ladder_step, 0) as bigint) as ladder_step,
    audience.campaign_id,
    audience.arm,
    round(cast(audience.assignment_probability as double), 6) as assignment_probability,
    audience.message_channel,
    audience.staff_id,
    audience.store_id,
    nullif(audience.offer_id, 'none') as offer_id,
    round(cast(audience.pay_rate as double), 4) as pay_rate,
    audience.wave,
    {{ instant('audience.send_after_at') }} as send_after_at,
    {{ instant('audience.send_before_at') }} as send_before_at,
    {{ instant('audience.valid_until_at') }} as valid_until_at,
    {{ published_list('audience.stop_if') }} as stop_if,
    audience.content_theme,
    round(cast(audience.churn_probability as double), 6) as churn_probability,
    round(cast(audience.organic_return_probability as double), 6) as organic_return_probability,
    round(cast(audience.lift_p50 as double), 6) as lift_p50,
    cast(audience.expected_cost_fen as bigint) as expected_cost_fen,
    cast(audience.net_p10_fen as bigint) as net_p10_fen,
    cast(audience.net_p50_fen as bigint) as net_p50_fen,
    cast(audience.net_p90_fen as bigint) as net_p90_fen,
    round(cast(audience.roi_p10 as double), 4) as roi_p10,
    round(cast(audience.roi_p50 as double), 4) as roi_p50,
    round(cast(audience.roi_p90 as double), 4) as roi_p90,
    audience.basis,
    audience.consent_purpose,
    cast(null as varchar) as recipient_token,
    audience.why,
    audience.template_id,
    audience.template_variables,
    audience.message_text,
    audience.message_text_en,
    audience.text_lacks,
    standing.consent_source,
    {{ instant('standing.consent_at') }} as consent_at,
    audience.list_kind,
    audience.play_id,
    audience.purse,
    audience.signal
from {{ source('recall', 'audience') }} as audience
inner join {{ run_dates('as_of') }} as dates
    on audience.as_of_date = dates.as_of_date
inner join {{ ref('standing_plans') }} as standing
    on audience.as_of_date = standing.as_of_date and audience.one_id = standing.one_id
inner join {{ ref('sending_gate') }} as gate on gate.is_open
inner join {{ ref('arms') }} as arms on audience.arm = arms.arm
where arms.may_be_sent and audience.withheld_because is null
