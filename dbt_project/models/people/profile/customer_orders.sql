-- One row per (as_of_date, one_id) with a paid order or a refund: what the customer bought, paid and returned.
with paid_orders as (
    select
        as_of_date,
        person_key,
        order_key,
        state_key,
        ordered_at,
        goods_paid_fen,
        freight_fen,
        refunded_fen,
        excess_refund_fen,
        counts_as_purchase,
        age_days < {{ segment_number('order_window_days') }} as is_in_window
    from {{ ref('paid_orders') }}
    where {{ among_dates('as_of_date', dates_of('segment') + frozen_dates()) }}
),

-- Tastes are told once per set (purchase_histories), so a basket that changed after it was bought (a product that
-- moved to another category) makes another set: else they would depend on which other dates are run.
changes as (
    select
        dates.as_of_date,
        changes.order_key,
        count(*) as change_count
    from {{ run_dates('segment') }} as dates
    inner join {{ ref('basket_changes') }} as changes on changes.changed_date <= dates.as_of_date
    group by dates.as_of_date, changes.order_key
),

bought_by_key as (
    select
        paid_orders.as_of_date,
        paid_orders.person_key,
        sum(case when paid_orders.counts_as_purchase then 1 else 0 end) as order_count,
        sum(paid_orders.goods_paid_fen) as paid_fen,
        sum(paid_orders.freight_fen) as freight_fen,
        sum(paid_orders.refunded_fen) as refunded_fen,
        sum(paid_orders.excess_refund_fen) as excess_refund_fen,
        min(case when paid_orders.counts_as_purchase then paid_orders.ordered_at end) as first_order_at,
        max(case when paid_orders.counts_as_purchase then paid_orders.ordered_at end) as last_order_at,
        sum(case when paid_orders.counts_as_purchase and paid_orders.is_in_window then 1 else 0 end)
            as order_count_365d,
        sum(case when paid_orders.is_in_window then paid_orders.goods_paid_fen else 0 end) as paid_fen_365d,
        sum(case when paid_orders.is_in_window then paid_orders.refunded_fen else 0 end) as refunded_fen_365d,
        {{ set_fingerprint(
            'case when paid_orders.counts_as_purchase'
            ~ ' then paid_orders.state_key * 1000000 + coalesce(changes.change_count, 0) end'
        ) }} as order_set_hash
    from paid_orders
    left join changes
        on paid_orders.as_of_date = changes.as_of_date and paid_orders.order_key = changes.order_key
    group by paid_orders.as_of_date, paid_orders.person_key
),

people as (
    select distinct
        person_key,
        one_id
    from {{ ref('record_owners') }}
),

bought as (
    select
        people.one_id,
        bought_by_key.*
    from bought_by_key
    inner join people on bought_by_key.person_key = people.person_key
),

bought_and_unmatched as (
    select
        coalesce(bought.as_of_date, unmatched.as_of_date) as as_of_date,
        coalesce(bought.one_id, unmatched.one_id) as one_id,
        coalesce(bought.order_count, 0) as order_count,
        coalesce(bought.paid_fen, 0) as paid_fen,
        coalesce(bought.freight_fen, 0) as freight_fen,
        coalesce(bought.refunded_fen, 0) + coalesce(unmatched.refunded_fen, 0) as paid_back_fen,
        coalesce(bought.excess_refund_fen, 0) as excess_refund_fen,
        bought.first_order_at,
        bought.last_order_at,
        coalesce(bought.order_count_365d, 0) as order_count_365d,
        coalesce(bought.paid_fen_365d, 0) as paid_fen_365d,
        coalesce(bought.refunded_fen_365d, 0) + coalesce(unmatched.refunded_fen_365d, 0) as paid_back_fen_365d,
        bought.order_set_hash
    from bought
    full outer join {{ ref('unmatched_refunds') }} as unmatched
        on bought.as_of_date = unmatched.as_of_date and bought.one_id = unmatched.one_id
)

-- No more is taken off than was paid: what exceeds it is kept apart.
select
    as_of_date,
    one_id,
    cast(order_count as bigint) as order_count,
    cast(paid_fen as bigint) as paid_fen,
    cast(freight_fen as bigint) as freight_fen,
    cast(least(paid_back_fen, paid_fen) as bigint) as refunded_fen,
    cast(excess_refund_fen + greatest(paid_back_fen - paid_fen, 0) as bigint) as excess_refund_fen,
    cast(greatest(paid_fen - paid_back_fen, 0) as bigint) as net_paid_fen,
    first_order_at,
    last_order_at,
    cast(order_count_365d as bigint) as order_count_365d,
    cast(greatest(paid_fen_365d - paid_back_fen_365d, 0) as bigint) as net_paid_fen_365d,
    order_set_hash
from bought_and_unmatched
