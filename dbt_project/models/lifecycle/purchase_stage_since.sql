-- One row per (as_of_date, one_id): the purchase stage's beginning, and the stage before it by the same rules on its
-- eve. Both are told from the purchase days and the cadence known at the date alone, so they move only when one of
-- these does.
with standing as (
    select
        stages.as_of_date,
        stages.one_id,
        stages.purchase_stage,
        stages.cadence_days,
        orders.order_set_hash,
        attributes.registered_at,
        entries.stage_since
    from {{ ref('purchase_stages') }} as stages
    inner join {{ ref('purchase_stage_since_from_orders') }} as entries
        on stages.as_of_date = entries.as_of_date and stages.one_id = entries.one_id
    left join {{ ref('customer_orders') }} as orders
        on stages.as_of_date = orders.as_of_date and stages.one_id = orders.one_id
    left join {{ ref('attributes') }} as attributes
        on stages.as_of_date = attributes.as_of_date and stages.one_id = attributes.one_id
    where {{ among_dates('stages.as_of_date', dates_of('as_of')) }}
),

eves as (
    select
        standing.as_of_date,
        standing.one_id,
        standing.purchase_stage,
        standing.cadence_days,
        count(days.order_date) > 0 as is_buyer,
        standing.registered_at is not null
        and {{ business_date('standing.registered_at') }} < standing.stage_since as is_registered,
        sum(
            case
                when
                    {{ days_between('days.order_date', 'standing.stage_since') }}
                    <= {{ segment_number('order_window_days') }}
                    then 1
                else 0
            end
        ) as order_days_365d,
        {{ days_between('max(days.order_date)', 'standing.stage_since') }} - 1 as recency_days
    from standing
    left join {{ ref('purchase_days') }} as days
        on
            standing.one_id = days.one_id
            and standing.order_set_hash = days.order_set_hash
            and days.order_date < standing.stage_since
    group by
        standing.as_of_date, standing.one_id, standing.purchase_stage, standing.cadence_days, standing.registered_at,
        standing.stage_since
),

before as (
    select
        eves.as_of_date,
        eves.one_id,
        rules.purchase_stage as previous_stage
    from eves
    inner join {{ ref('purchase_stage_rules') }} as rules on {{ fits_stage_rule('eves', 'rules') }}
    -- Nobody was a visitor before they were first seen.
    where eves.purchase_stage not in (rules.purchase_stage, 'registered_no_order')
)

select
    standing.as_of_date,
    standing.one_id,
    standing.stage_since,
    before.previous_stage
from standing
left join before on standing.as_of_date = before.as_of_date and standing.one_id = before.one_id
