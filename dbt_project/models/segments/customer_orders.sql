-- One row per (as_of_date, one_id) with a paid order or a refund: what the customer bought, paid and returned.
with order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_versions') }}
),

-- Tastes are told once per order_set (purchase_histories), so a catalogue that moves a product to another category
-- after it was bought makes another set: else they would depend on which other dates are run.
catalogue_changes as (
    select
        sku_id,
        known_at
    from (
        select
            sku_id,
            category,
            known_at,
            lag(category) over (partition by source, sku_id order by known_at) as category_before
        from {{ ref('products') }}
    ) as compared
    where
        known_at > cast('1970-01-01 00:00:00' as timestamp)
        and category is distinct from category_before
),

moved as (
    select
        order_keys.order_key,
        changes.known_at as moved_at
    from catalogue_changes as changes
    inner join {{ ref('order_lines') }} as lines
        on changes.sku_id = lines.sku_id and changes.known_at > lines.known_at
    inner join order_keys on lines.source = order_keys.source and lines.order_id = order_keys.order_id
    group by order_keys.order_key, changes.known_at
),

moves as (
    select
        dates.as_of_date,
        moved.order_key,
        count(*) as move_count
    from {{ run_dates('as_of') }} as dates
    inner join moved on moved.moved_at <= dates.cut_off_at
    group by dates.as_of_date, moved.order_key
),

paid_orders as (
    select
        as_of_date,
        person_key,
        order_key,
        version_key,
        ordered_at,
        age_days,
        paid_fen,
        freight_fen,
        is_kept,
        age_days < {{ segment_number('order_window_days') }} as is_in_window
    from {{ ref('paid_orders') }}
    where {{ among_dates('as_of_date', dates_of('as_of') + frozen_dates()) }}
),

bought_by_key as (
    select
        paid_orders.as_of_date,
        paid_orders.person_key,
        sum(case when paid_orders.is_kept then 1 else 0 end) as order_count,
        sum(paid_orders.paid_fen) as paid_fen,
        sum(paid_orders.freight_fen) as freight_fen,
        min(case when paid_orders.is_kept then paid_orders.ordered_at end) as first_order_at,
        max(case when paid_orders.is_kept then paid_orders.ordered_at end) as last_order_at,
        sum(case when paid_orders.is_kept and paid_orders.is_in_window then 1 else 0 end) as order_count_365d,
        sum(case when paid_orders.is_in_window then paid_orders.paid_fen else 0 end) as paid_fen_365d,
        {{ set_fingerprint(
            'case when paid_orders.is_kept'
            ~ ' then paid_orders.version_key * 1000000 + coalesce(moves.move_count, 0) end'
        ) }} as order_set
    from paid_orders
    left join moves
        on paid_orders.as_of_date = moves.as_of_date and paid_orders.order_key = moves.order_key
    group by paid_orders.as_of_date, paid_orders.person_key
),

people as (
    select distinct
        person_key,
        one_id
    from {{ ref('order_versions') }}
),

bought as (
    select
        people.one_id,
        bought_by_key.*
    from bought_by_key
    inner join people on bought_by_key.person_key = people.person_key
),

-- The orders that refunds name: whose a refund is where it does not say, and whether its order counts at all.
refunded_orders as (
    select
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.paid_at,
        orders.cancelled_at,
        coalesce(orders.order_type, 'normal') not in ('test', 'gift', 'exchange') as is_sale,
        orders.known_at,
        orders.superseded_at
    from {{ ref('orders') }} as orders
    inner join (
        select distinct
            source,
            order_id
        from {{ ref('refunds') }}
        where status = 'succeeded'
    ) as refunded
        on orders.source = refunded.source and orders.order_id = refunded.order_id
),

test_records as (
    select
        as_of_date,
        source,
        customer_id
    from {{ known_versions(ref('customers'), 'all') }} as known
    where is_test
),

-- Refunds count on their own date, whether or not they found their order; not those of an order of which no payment is
-- counted: money that never came in cannot be taken off, and who cancels what they had paid would seem to owe us.
known_refunds as (
    select
        known.as_of_date,
        known.source,
        coalesce(known.customer_id, orders.customer_id) as customer_id,
        known.amount_fen,
        {{ days_between(business_date('known.refunded_at'), 'known.as_of_date') }}
        < {{ segment_number('order_window_days') }} as is_in_window
    from {{ known_versions(ref('refunds'), 'all') }} as known
    left join {{ known_versions('refunded_orders', 'all') }} as orders
        on
            known.as_of_date = orders.as_of_date
            and known.source = orders.source
            and known.order_id = orders.order_id
    where
        {{ among_dates('known.as_of_date', dates_of('as_of') + frozen_dates()) }}
        and known.status = 'succeeded'
        and known.refunded_at < known.ends_at
        and (
            orders.order_id is null
            or (
                orders.is_sale
                and orders.paid_at < known.ends_at
                and (orders.cancelled_at is null or orders.cancelled_at >= known.ends_at)
            )
        )
),

returned as (
    select
        known_refunds.as_of_date,
        customer_records.one_id,
        sum(known_refunds.amount_fen) as refunded_fen,
        sum(case when known_refunds.is_in_window then known_refunds.amount_fen else 0 end) as refunded_fen_365d
    from known_refunds
    inner join {{ ref('customer_records') }} as customer_records
        on
            known_refunds.as_of_date = customer_records.as_of_date
            and known_refunds.source = customer_records.source
            and known_refunds.customer_id = customer_records.customer_id
    left join test_records
        on
            known_refunds.as_of_date = test_records.as_of_date
            and known_refunds.source = test_records.source
            and known_refunds.customer_id = test_records.customer_id
    where test_records.customer_id is null
    group by known_refunds.as_of_date, customer_records.one_id
)

select
    coalesce(bought.as_of_date, returned.as_of_date) as as_of_date,
    coalesce(bought.one_id, returned.one_id) as one_id,
    cast(coalesce(bought.order_count, 0) as bigint) as order_count,
    cast(coalesce(bought.paid_fen, 0) as bigint) as paid_fen,
    cast(coalesce(bought.freight_fen, 0) as bigint) as freight_fen,
    cast(coalesce(returned.refunded_fen, 0) as bigint) as refunded_fen,
    cast(coalesce(bought.paid_fen, 0) - coalesce(returned.refunded_fen, 0) as bigint) as net_paid_fen,
    bought.first_order_at,
    bought.last_order_at,
    cast(coalesce(bought.order_count_365d, 0) as bigint) as order_count_365d,
    cast(coalesce(bought.paid_fen_365d, 0) - coalesce(returned.refunded_fen_365d, 0) as bigint) as net_paid_fen_365d,
    bought.order_set
from bought
full outer join returned
    on bought.as_of_date = returned.as_of_date and bought.one_id = returned.one_id
