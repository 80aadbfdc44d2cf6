-- One row per (as_of_date, source, experiment_id, one_id): somebody drawn into a landed experiment that teaches, as
-- known on the date, and the band they stood in on the day before, by the days since their last order then. A list of
-- the shop's own is no lot. Their own cadence of that day is not known any more; the horizon stands for it, on both
-- sides of the lot alike.
with drawn as (
    select
        as_of_date,
        source,
        experiment_id,
        one_id,
        arm,
        is_control,
        message_channel,
        offer_id,
        depth,
        probability,
        {{ add_days('assigned_date', -1) }} as plan_date
    from {{ states_at(ref('landed_assignments')) }} as landed
    where
        set_aside_for is null
        and not coalesce(is_shops_list, false)
        and not is_test
        and assigned_date <= as_of_date
        and assigned_date >= {{ add_days(
            'as_of_date', 'cast(-(' ~ recall_number('episode_memory_days') ~ ') as integer)'
        ) }}
),

bought as (
    select
        drawn.as_of_date,
        drawn.source,
        drawn.experiment_id,
        drawn.one_id,
        min({{ days_between('orders.order_date', 'drawn.plan_date') }}) as recency_days,
        count(
            distinct case
                when orders.order_date > {{ add_days('drawn.plan_date', -365) }} then orders.order_date
            end
        ) as order_days_365d
    from drawn
    inner join {{ ref('order_states') }} as orders
        on
            drawn.one_id = orders.one_id
            and orders.from_date <= drawn.as_of_date
            and (orders.to_date is null or orders.to_date > drawn.as_of_date)
            and orders.order_date <= drawn.plan_date
    where orders.counts_as_purchase
    group by drawn.as_of_date, drawn.source, drawn.experiment_id, drawn.one_id
),

facts as (
    select
        drawn.*,
        bought.one_id is not null as is_buyer,
        true as is_registered,
        coalesce(bought.order_days_365d, 0) as order_days_365d,
        bought.recency_days,
        {{ var('horizon_days') }} as cadence_days
    from drawn
    left join bought
        on
            drawn.as_of_date = bought.as_of_date
            and drawn.source = bought.source
            and drawn.experiment_id = bought.experiment_id
            and drawn.one_id = bought.one_id
)

select
    facts.as_of_date,
    facts.source,
    facts.experiment_id,
    facts.one_id,
    facts.arm,
    facts.is_control,
    facts.message_channel,
    facts.offer_id,
    facts.depth,
    facts.probability,
    facts.plan_date,
    stages.recall_band as band
from facts
inner join {{ ref('purchase_stage_rules') }} as stages on {{ fits_stage_rule('facts', 'stages') }}
