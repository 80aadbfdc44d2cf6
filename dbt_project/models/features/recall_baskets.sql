-- One row per history_key: the last basket of a purchase history, its dearest product and what is known of its cost.
-- What the product is called is looked up at each date: a catalogue changes while nobody buys.
{{ config(materialized='table') }}

with ranked_orders as (
    select
        history_key,
        one_id,
        order_set,
        order_key,
        {{ cut_off_of('as_of_date') }} as cut_off_at,
        row_number() over (partition by history_key order by ordered_at desc, order_key asc) as newest
    from {{ ref('purchase_histories') }}
),

order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_versions') }}
),

lines as (
    select
        last_orders.history_key,
        last_orders.one_id,
        last_orders.order_set,
        lines.sku_id,
        lines.line_id,
        lines.amount_fen - coalesce(lines.discount_fen, 0) as paid_fen,
        lines.cost_fen
    from ranked_orders as last_orders
    inner join order_keys on last_orders.order_key = order_keys.order_key
    inner join {{ ref('order_lines') }} as lines
        on
            order_keys.source = lines.source
            and order_keys.order_id = lines.order_id
            and lines.known_at <= last_orders.cut_off_at
            and (lines.superseded_at is null or lines.superseded_at > last_orders.cut_off_at)
    where last_orders.newest = 1 and not coalesce(lines.is_gift, false)
),

ranked as (
    select
        history_key,
        one_id,
        order_set,
        sku_id,
        paid_fen,
        cost_fen,
        row_number() over (partition by history_key order by paid_fen desc, sku_id asc, line_id asc) as dearest
    from lines
),

summed as (
    select
        history_key,
        one_id,
        order_set,
        max(case when dearest = 1 then sku_id end) as last_sku_id,
        count(*) as item_count,
        sum(paid_fen) as basket_fen,
        sum(case when cost_fen is not null then paid_fen else 0 end) as costed_fen,
        sum(coalesce(cost_fen, 0)) as cost_fen
    from ranked
    group by history_key, one_id, order_set
)

select
    summed.history_key,
    summed.one_id,
    summed.order_set,
    cast(summed.item_count as bigint) as item_count,
    cast(summed.basket_fen as bigint) as basket_fen,
    cast(summed.costed_fen as bigint) as costed_fen,
    cast(summed.cost_fen as bigint) as cost_fen,
    summed.last_sku_id
from summed
