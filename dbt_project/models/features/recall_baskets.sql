-- One row per (one_id, order_set): the last basket of a purchase history, its dearest product and its measured margin.
{{ config(materialized='table') }}

with last_orders as (
    select
        one_id,
        order_set,
        as_of_date,
        source,
        order_id,
        row_number() over (partition by one_id, order_set order by ordered_at desc, source, order_id) as newest
    from {{ ref('purchase_histories') }}
),

lines as (
    select
        last_orders.one_id,
        last_orders.order_set,
        lines.source,
        lines.sku_id,
        lines.line_id,
        dates.cut_off_at,
        lines.amount_fen - coalesce(lines.discount_fen, 0) as paid_fen,
        lines.cost_fen
    from last_orders
    inner join {{ run_dates('state') }} as dates on last_orders.as_of_date = dates.as_of_date
    inner join {{ ref('order_lines') }} as lines
        on
            last_orders.source = lines.source
            and last_orders.order_id = lines.order_id
            and lines.known_at <= dates.cut_off_at
            and (lines.superseded_at is null or lines.superseded_at > dates.cut_off_at)
    where last_orders.newest = 1 and not coalesce(lines.is_gift, false)
),

ranked as (
    select
        *,
        row_number() over (partition by one_id, order_set order by paid_fen desc, sku_id, line_id) as dearest
    from lines
),

named as (
    select
        ranked.one_id,
        ranked.order_set,
        max(products.name) as last_product_name
    from ranked
    inner join {{ ref('products') }} as products
        on
            ranked.sku_id = products.sku_id
            and products.known_at <= ranked.cut_off_at
            and (products.superseded_at is null or products.superseded_at > ranked.cut_off_at)
    where ranked.dearest = 1
    group by ranked.one_id, ranked.order_set
),

summed as (
    select
        one_id,
        order_set,
        count(*) as item_count,
        sum(paid_fen) as basket_fen,
        sum(case when cost_fen is not null then paid_fen else 0 end) as costed_fen,
        sum(case when cost_fen is not null then cost_fen else 0 end) as cost_fen
    from ranked
    group by one_id, order_set
)

select
    summed.one_id,
    summed.order_set,
    cast(summed.item_count as bigint) as item_count,
    cast(summed.basket_fen as bigint) as basket_fen,
    cast(summed.costed_fen as bigint) as costed_fen,
    cast(summed.cost_fen as bigint) as cost_fen,
    named.last_product_name
from summed
left join named on summed.one_id = named.one_id and summed.order_set = named.order_set
