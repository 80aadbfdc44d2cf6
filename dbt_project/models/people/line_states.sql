-- One row per (source, order_id, line_id, from_date): what a line of an order said at the dates from from_date until
-- before to_date; gifts apart. A line that names no category (no platform's lines do) has its product's, as the
-- catalogue was known: few shops write on the ticket what the catalogue says. So it is with what the goods cost: a line
-- that does not say (no platform's does) costs as many times what the catalogue says that one costs. Null: nobody says.
-- A view: its readers sum it once, or look at few orders.
{{ config(materialized='view') }}

with catalogue as (
    select
        sku_id,
        category,
        cost_fen,
        max(cost_fen) over (partition by sku_id) is not null as tells_cost,
        from_date,
        to_date
    from {{ ref('product_states') }}
),

-- Before the catalogue's first word on a product it said nothing.
named as (
    select * from catalogue
    union all
    select
        sku_id,
        cast(null as varchar) as category,
        cast(null as bigint) as cost_fen,
        tells_cost,
        cast('1970-01-01' as date) as from_date,
        min(from_date) as to_date
    from catalogue
    group by sku_id, tells_cost
)

select
    lines.source,
    lines.order_id,
    lines.line_id,
    lines.sku_id,
    coalesce(lines.category, named.category) as category,
    lines.quantity,
    lines.amount_fen - coalesce(lines.discount_fen, 0) as line_fen,
    coalesce(lines.cost_fen, cast(round(lines.quantity * named.cost_fen, 0) as bigint)) as cost_fen,
    greatest(lines.counts_from, named.from_date) as from_date,
    least(lines.counts_to, named.to_date) as to_date
from {{ ref('order_lines') }} as lines
left join named
    on
        (lines.category is null or (lines.cost_fen is null and named.tells_cost))
        and lines.sku_id = named.sku_id
        and (lines.counts_to is null or named.from_date < lines.counts_to)
        and (named.to_date is null or named.to_date > lines.counts_from)
where not coalesce(lines.is_gift, false) and (lines.counts_to is null or lines.counts_to > lines.counts_from)
