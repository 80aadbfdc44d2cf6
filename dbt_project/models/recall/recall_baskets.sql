-- One row per history_key: the last basket of a purchase history, its dearest product and what is known of its cost.
-- What the product is called is looked up at each date: a catalogue changes while nobody buys.
{{ config(materialized='table') }}

with ranked_orders as (
    select
        history_key,
        one_id,
        order_set_hash,
        order_key,
        as_of_date,
        row_number() over (partition by history_key order by ordered_at desc, order_key asc) as row_rank
    from {{ ref('purchase_histories') }}
),

order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_states') }}
),

lines as (
    select
        last_orders.history_key,
        last_orders.one_id,
        last_orders.order_set_hash,
        lines.sku_id,
        lines.line_id,
        lines.line_fen,
        lines.cost_fen
    from ranked_orders as last_orders
    inner join order_keys on last_orders.order_key = order_keys.order_key
    inner join {{ ref('line_states') }} as lines
        on
            order_keys.source = lines.source
            and order_keys.order_id = lines.order_id
            and lines.from_date <= last_orders.as_of_date
            and (lines.to_date is null or lines.to_date > last_orders.as_of_date)
    where last_orders.row_rank = 1
),

ranked as (
    select
        history_key,
        one_id,
        order_set_hash,
        sku_id,
        line_fen,
        cost_fen,
        row_number() over (partition by history_key order by line_fen desc, sku_id asc, line_id asc) as dearest
    from lines
),

summed as (
    select
        history_key,
        one_id,
        order_set_hash,
        max(case when dearest = 1 then sku_id end) as last_sku_id,
        count(*) as item_count,
        sum(line_fen) as basket_fen,
        sum(case when cost_fen is not null then line_fen else 0 end) as costed_fen,
        sum(coalesce(cost_fen, 0)) as cost_fen
    from ranked
    group by history_key, one_id, order_set_hash
)

select
    summed.history_key,
    summed.one_id,
    summed.order_set_hash,
    cast(summed.item_count as bigint) as item_count,
    cast(summed.basket_fen as bigint) as basket_fen,
    cast(summed.costed_fen as bigint) as costed_fen,
    cast(summed.cost_fen as bigint) as cost_fen,
    summed.last_sku_id
from summed
