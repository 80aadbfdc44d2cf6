-- One row per (version, one_id): somebody who was planned in a version that was really current. No noun: nobody sends
-- it to us. It counts from the first date whose cut-off knew the version to be current, or to have been exported.
with exported as (
    select
        version,
        min(exported_at) as exported_at
    from {{ ref('own_activations') }}
    group by version
)

select
    plans.version,
    plans.moved_at,
    plans.as_of_date,
    plans.one_id,
    plans.episode_id,
    plans.audience_id,
    plans.policy_id,
    plans.audience_kind,
    plans.ladder_step,
    plans.campaign_id,
    plans.consent_purpose,
    plans.objective,
    plans.band,
    plans.message_channel,
    plans.offer_id,
    plans.depth,
    plans.arm,
    plans.held_back_probability,
    plans.wait_probability,
    plans.option_probability,
    plans.p0,
    plans.contacts_28d,
    plans.coupon_taste,
    plans.wecom_answers,
    plans.lift_mean,
    plans.lift_p10,
    plans.lift_p90,
    plans.unit_fen,
    plans.base_fen,
    plans.expected_cost_fen,
    plans.net_mean_fen,
    plans.net_p10_fen,
    plans.net_p90_fen,
    plans.margin_rate,
    plans.basis,
    plans.effects_hash,
    plans.ends_on,
    plans.opens_episode,
    {{ known_date('exported.exported_at') }} as exported_from,
    {{ known_date('least(plans.moved_at, coalesce(exported.exported_at, plans.moved_at))') }} as counts_from
from {{ ref('own_plans') }} as plans
left join exported on plans.version = exported.version
