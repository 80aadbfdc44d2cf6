-- One row per (as_of_date, one_id) with a paid order or a refund: what the customer bought, paid and returned.
with order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_versions') }}
),

-- Tastes and last products are told once per order_set (purchase_histories), so a catalogue that calls a product
-- otherwise after it was bought makes another set: else they would depend on which other dates are run.
catalogue_changes as (
    select
        sku_id,
        known_at
    from (
        select
            sku_id,
            category,
            name,
            known_at,
            lag(category) over one_product as category_before,
            lag(name) over one_product as name_before
        from {{ ref('products') }}
        window one_product as (partition by source, sku_id order by known_at)
    ) as compared
    where
        known_at > cast('1970-01-01 00:00:00' as timestamp)
        and (category is distinct from category_before or name is distinct from name_before)
),

renamed as (
    select
        order_keys.order_key,
        changes.known_at as renamed_at
    from catalogue_changes as changes
    inner join {{ ref('order_lines') }} as lines
        on changes.sku_id = lines.sku_id and changes.known_at > lines.known_at
    inner join order_keys on lines.source = order_keys.source and lines.order_id = order_keys.order_id
    group by order_keys.order_key, changes.known_at
),

renamings as (
    select
        dates.as_of_date,
        renamed.order_key,
        count(*) as renaming_count
    from {{ run_dates('as_of') }} as dates
    inner join renamed on renamed.renamed_at <= dates.cut_off_at
    group by dates.as_of_date, renamed.order_key
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
            ~ ' then paid_orders.version_key * 1000000 + coalesce(renamings.renaming_count, 0) end'
        ) }} as order_set
    from paid_orders
    left join renamings
        on paid_orders.as_of_date = renamings.as_of_date and paid_orders.order_key = renamings.order_key
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

-- Orders of which no payment is counted: what was given back for them is no return either, or a customer who cancels
-- what they had paid would seem to owe us.
doubtful_orders as (
    select
        source,
        order_id,
        paid_at,
        cancelled_at,
        coalesce(order_type, 'normal') in ('test', 'gift', 'exchange') as is_no_sale,
        known_at,
        superseded_at
    from {{ ref('orders') }}
    where
        paid_at is null or cancelled_at is not null
        or coalesce(order_type, 'normal') in ('test', 'gift', 'exchange')
),

uncounted_orders as (
    select
        as_of_date,
        source,
        order_id
    from {{ known_versions('doubtful_orders', 'all') }} as known
    where
        {{ among_dates('as_of_date', dates_of('as_of') + frozen_dates()) }}
        and (paid_at is null or paid_at >= ends_at or cancelled_at < ends_at or is_no_sale)
),

-- Refunds count on their own date, whether or not they found their order.
known_refunds as (
    select
        known.as_of_date,
        known.source,
        known.customer_id,
        known.amount_fen,
        {{ days_between(business_date('known.refunded_at'), 'known.as_of_date') }}
        < {{ segment_number('order_window_days') }} as is_in_window
    from {{ known_versions(ref('refunds'), 'all') }} as known
    left join uncounted_orders
        on
            known.as_of_date = uncounted_orders.as_of_date
            and known.source = uncounted_orders.source
            and known.order_id = uncounted_orders.order_id
    where
        {{ among_dates('known.as_of_date', dates_of('as_of') + frozen_dates()) }}
        and known.status = 'succeeded'
        and known.refunded_at < known.ends_at
        and known.customer_id is not null
        and uncounted_orders.order_id is null
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
