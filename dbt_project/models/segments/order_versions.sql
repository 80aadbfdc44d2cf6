-- One row per version of a customer's order and one_id it was known under, with the time it was known that way. Joined
-- to identity once, before the dates: per date it is 8 million string look-ups instead of 140 thousand (9 s against 2).
-- The keys are numbers for joining within a run and mean nothing outside it.
{{ config(materialized='table') }}

with orders as (
    select
        source,
        order_id,
        customer_id,
        channel,
        ordered_at,
        paid_at,
        cancelled_at,
        {{ business_date('ordered_at') }} as order_date,
        cast({{ local_hour('ordered_at') }} as bigint) as order_hour,
        paid_fen,
        coalesce(freight_fen, 0) as freight_fen,
        coalesce(discount_fen, 0) as discount_fen,
        store_id,
        staff_id,
        known_at as order_known_at,
        superseded_at
    from {{ ref('orders') }}
    where
        customer_id is not null
        and paid_at is not null
        and coalesce(order_type, 'normal') not in ('test', 'gift', 'exchange')
),

refunded_orders as (
    select distinct
        source,
        order_id
    from {{ ref('refunds') }}
    where order_id is not null and status = 'succeeded'
),

test_records as (
    select distinct
        source,
        customer_id
    from {{ ref('customers') }}
    where is_test
),

owned as (
    select
        orders.*,
        source_records.one_id,
        greatest(orders.order_known_at, source_records.known_from) as owned_from,
        least(
            coalesce(orders.superseded_at, source_records.known_to),
            coalesce(source_records.known_to, orders.superseded_at)
        ) as owned_to
    from orders
    inner join {{ ref('source_records') }} as source_records
        on orders.source = source_records.source and orders.customer_id = source_records.customer_id
    where
        (orders.superseded_at is null or orders.superseded_at > source_records.known_from)
        and (source_records.known_to is null or source_records.known_to > orders.order_known_at)
        and (orders.superseded_at is null or orders.superseded_at > orders.order_known_at)
),

first_known as (
    select
        source,
        order_id,
        min(order_known_at) as first_known_at
    from orders
    group by source, order_id
),

-- Lines land in files of their own: what an order holds may change while the order's own version stands. None where
-- they inherit their order's time.
line_steps as (
    select distinct
        lines.source,
        lines.order_id,
        lines.known_at as step_at
    from {{ ref('order_lines') }} as lines
    inner join first_known on lines.source = first_known.source and lines.order_id = first_known.order_id
    where lines.known_at > first_known.first_known_at
),

stepped as (
    select
        owned.*,
        line_steps.step_at as state_from
    from owned
    inner join line_steps
        on
            owned.source = line_steps.source
            and owned.order_id = line_steps.order_id
            and line_steps.step_at > owned.owned_from
            and (owned.owned_to is null or line_steps.step_at < owned.owned_to)
),

first_steps as (
    select
        source,
        order_id,
        order_known_at,
        owned_from,
        min(state_from) as ended_at
    from stepped
    group by source, order_id, order_known_at, owned_from
),

states as (
    select
        owned.*,
        owned.owned_from as state_from,
        coalesce(first_steps.ended_at, owned.owned_to) as state_to
    from owned
    left join first_steps
        on
            owned.source = first_steps.source
            and owned.order_id = first_steps.order_id
            and owned.order_known_at = first_steps.order_known_at
            and owned.owned_from = first_steps.owned_from
    union all
    select
        stepped.*,
        coalesce(
            lead(stepped.state_from) over (
                partition by stepped.source, stepped.order_id, stepped.order_known_at, stepped.owned_from
                order by stepped.state_from
            ),
            stepped.owned_to
        ) as state_to
    from stepped
),

changing_orders as (
    select distinct
        source,
        order_id
    from line_steps
)

select
    dense_rank() over (order by states.one_id) as person_key,
    dense_rank() over (order by states.source, states.order_id) as order_key,
    -- Names the order's version, lines included.
    dense_rank() over (
        order by
            states.source,
            states.order_id,
            states.order_known_at,
            case when changing_orders.order_id is not null then states.state_from end
    ) as version_key,
    states.source,
    states.order_id,
    states.customer_id,
    states.one_id,
    states.channel,
    states.ordered_at,
    states.paid_at,
    states.cancelled_at,
    states.order_date,
    states.order_hour,
    states.paid_fen,
    states.freight_fen,
    states.discount_fen,
    states.store_id,
    states.staff_id,
    refunded_orders.order_id is not null as is_ever_refunded,
    test_records.customer_id is not null as is_ever_test,
    states.state_from as known_at,
    states.state_to as superseded_at
from states
left join refunded_orders on states.source = refunded_orders.source and states.order_id = refunded_orders.order_id
left join test_records on states.source = test_records.source and states.customer_id = test_records.customer_id
left join changing_orders on states.source = changing_orders.source and states.order_id = changing_orders.order_id
