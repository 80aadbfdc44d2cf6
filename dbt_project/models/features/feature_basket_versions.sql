{{ config(materialized='table') }}
-- One row per (order_key, category_key, known_at, superseded_at): the lines of an order summed once, whatever the
-- number of dates. Lines that were known and superseded together are valid for the same dates, so their sum is too.
with order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_versions') }}
),

lines as (
    select
        order_keys.order_key,
        coalesce(lines.category, '') as category,
        lines.known_at,
        lines.superseded_at,
        sum(lines.quantity) as item_quantity,
        sum(lines.amount_fen - coalesce(lines.discount_fen, 0)) as line_fen
    from {{ ref('order_lines') }} as lines
    inner join order_keys
        on lines.source = order_keys.source and lines.order_id = order_keys.order_id
    where not coalesce(lines.is_gift, false)
    group by order_keys.order_key, coalesce(lines.category, ''), lines.known_at, lines.superseded_at
),

categories as (
    select
        category,
        row_number() over (order by category) as category_key
    from (select distinct category from lines) as listed
)

select
    lines.order_key,
    categories.category_key,
    lines.known_at,
    lines.superseded_at,
    cast(round(lines.item_quantity, 0) as bigint) as item_quantity,
    cast(lines.line_fen as bigint) as line_fen
from lines
inner join categories
    on lines.category = categories.category
