-- One row per (as_of_date, one_id): where the customer stands in every model of the life cycle, since when, and where
-- before.
with people as (
    select
        stages.as_of_date,
        stages.one_id,
        stages.purchase_stage
    from {{ ref('purchase_stages') }} as stages
    inner join {{ run_dates('as_of') }} as dates on stages.as_of_date = dates.as_of_date
)

select
    people.as_of_date,
    people.one_id,
    people.purchase_stage,
    purchase.stage_since as purchase_stage_since,
    purchase.previous_stage as previous_purchase_stage,
    aipl.aipl_stage,
    aipl_since.stage_since as aipl_stage_since,
    aipl_since.previous_stage as previous_aipl_stage,
    five_a.five_a_stage,
    five_a_since.stage_since as five_a_stage_since,
    five_a_since.previous_stage as previous_five_a_stage,
    coalesce(need_state.need_state, 'none') as need_state,
    journeys.frequency_journey_stage,
    journeys.value_journey_stage,
    journeys.interest_journey_stage,
    journeys.is_deleted_friend,
    journeys.days_since_deleted
from people
left join {{ ref('purchase_stage_since') }} as purchase
    on people.as_of_date = purchase.as_of_date and people.one_id = purchase.one_id
{%- for model in ['aipl', 'five_a'] %}
left join {{ ref('aipl_and_five_a_since') }} as {{ model }}_since
    on
        people.as_of_date = {{ model }}_since.as_of_date
        and people.one_id = {{ model }}_since.one_id
        and {{ model }}_since.model = '{{ model }}'
{%- endfor %}
inner join {{ ref('aipl') }} as aipl on people.as_of_date = aipl.as_of_date and people.one_id = aipl.one_id
inner join {{ ref('five_a') }} as five_a on people.as_of_date = five_a.as_of_date and people.one_id = five_a.one_id
left join {{ ref('need_state') }} as need_state
    on people.as_of_date = need_state.as_of_date and people.one_id = need_state.one_id
inner join {{ ref('customer_journeys') }} as journeys
    on people.as_of_date = journeys.as_of_date and people.one_id = journeys.one_id
