-- One row per (as_of_date, one_id): since when a customer has stood in the purchase stage, told from the purchase days
-- and the cadence known at the date alone.
{%- set order_window_days = 'cast(' ~ segment_number('order_window_days') ~ ' as integer)' %}
with rules as (
    select
        rules.*,
        ranks.lapse_depth
    from {{ ref('purchase_stage_rules') }} as rules
    inner join {{ ref('stage_ranks') }} as ranks
        on ranks.model = 'purchase' and rules.purchase_stage = ranks.stage
),

persons as (
    select
        as_of_date,
        one_id,
        founded_at
    from {{ states_at(ref('person_states')) }} as states
),

people as (
    select
        stages.as_of_date,
        stages.one_id,
        stages.purchase_stage,
        stages.last_order_date,
        stages.order_days_365d,
        stages.cadence_days,
        orders.order_set_hash,
        attributes.registered_at,
        coalesce(seen_span.first_seen_at, persons.founded_at) as first_seen_at,
        rules.is_buyer,
        rules.lapse_depth,
        rules.max_order_days,
        rules.above_cadence_percent
    from {{ ref('purchase_stages') }} as stages
    inner join {{ run_dates('as_of') }} as dates on stages.as_of_date = dates.as_of_date
    inner join rules on stages.purchase_stage = rules.purchase_stage
    left join {{ ref('customer_orders') }} as orders
        on stages.as_of_date = orders.as_of_date and stages.one_id = orders.one_id
    left join {{ ref('attributes') }} as attributes
        on stages.as_of_date = attributes.as_of_date and stages.one_id = attributes.one_id
    left join {{ ref('seen_span') }} as seen_span
        on stages.as_of_date = seen_span.as_of_date and stages.one_id = seen_span.one_id
    left join persons
        on stages.as_of_date = persons.as_of_date and stages.one_id = persons.one_id
),

-- A purchase day enters a stage when it is the first, ends a lapse (its eve lay beyond the cadence), or lifts the
-- year's count into another rule.
entering_days as (
    select
        days.one_id,
        days.order_set_hash,
        days.order_date,
        days.gap_days,
        days.day_rank,
        after.purchase_stage <> coalesce(before.purchase_stage, '') as is_other_stage
    from {{ ref('purchase_days') }} as days
    inner join rules as after
        on
            after.is_buyer
            and after.lapse_depth = 0
            and days.order_days_365d >= after.min_order_days
            and days.order_days_365d <= after.max_order_days
    left join rules as before
        on
            before.is_buyer
            and before.lapse_depth = 0
            and days.order_days_365d - 1 >= before.min_order_days
            and days.order_days_365d - 1 <= before.max_order_days
),

active as (
    select
        people.as_of_date,
        people.one_id,
        max(case
            when
                days.gap_days is null or days.gap_days - 1 > people.cadence_days or days.is_other_stage
                then days.order_date
        end) as entered_on,
        -- One purchase day more would be too many for the stage: when it left the window.
        max(case
            when days.day_rank = people.max_order_days + 1 then {{ add_days('days.order_date', order_window_days) }}
        end) as fell_on
    from people
    inner join entering_days as days on people.one_id = days.one_id and people.order_set_hash = days.order_set_hash
    group by people.as_of_date, people.one_id
)

select
    people.as_of_date,
    people.one_id,
    case
        when not people.is_buyer and people.registered_at is not null then {{ business_date('people.registered_at') }}
        when not people.is_buyer then {{ business_date('people.first_seen_at') }}
        when people.lapse_depth > 0
            then least(
                {{ add_days(
                    'people.last_order_date',
                    'cast(' ~ whole_quotient('people.above_cadence_percent * people.cadence_days', '100')
                    ~ ' + 1 as integer)'
                ) }},
                {{ add_days('people.last_order_date', order_window_days) }}
            )
        when active.fell_on > people.last_order_date then active.fell_on
        else active.entered_on
    end as stage_since
from people
left join active on people.as_of_date = active.as_of_date and people.one_id = active.one_id
