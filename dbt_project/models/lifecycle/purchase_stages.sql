-- One row per (as_of_date, one_id): where everybody known at the date stands in the purchase life cycle. Bands of
-- recency are shares of the customer's own cadence K; the rules are seed rows, the first that fits in their order.
{{ config(meta={'told_of': 'all', 'is_kept': true}) }}

with registered as (
    select distinct
        as_of_date,
        one_id
    from {{ states_at(ref('record_states'), 'all') }} as records
    where registered_date <= as_of_date
),

people as (
    select distinct
        as_of_date,
        one_id
    from {{ ref('customer_records') }}
    where {{ among_dates('as_of_date', dates_of('all')) }}
),

facts as (
    select
        people.as_of_date,
        people.one_id,
        cadences.one_id is not null as is_buyer,
        registered.one_id is not null as is_registered,
        cadences.first_order_date,
        cadences.last_order_date,
        coalesce(cadences.order_days_total, 0) as order_days_total,
        coalesce(cadences.order_days_365d, 0) as order_days_365d,
        cadences.recency_days,
        cadences.cadence_days,
        cadences.own_p90_gap_days,
        coalesce(cadences.gap_count, 0) as gap_count
    from people
    left join registered on people.as_of_date = registered.as_of_date and people.one_id = registered.one_id
    left join {{ ref('purchase_cadences') }} as cadences
        on people.as_of_date = cadences.as_of_date and people.one_id = cadences.one_id
)

select
    facts.as_of_date,
    facts.one_id,
    rules.purchase_stage,
    facts.first_order_date,
    facts.last_order_date,
    cast(facts.order_days_total as bigint) as order_days_total,
    cast(facts.order_days_365d as bigint) as order_days_365d,
    cast(facts.recency_days as bigint) as recency_days,
    cast(facts.cadence_days as bigint) as cadence_days,
    cast(facts.own_p90_gap_days as bigint) as own_p90_gap_days,
    cast(facts.gap_count as bigint) as gap_count,
    facts.is_registered
from facts
inner join {{ ref('purchase_stage_rules') }} as rules on {{ fits_stage_rule('facts', 'rules') }}
