-- One row per (source, order_id, line_id, from_date): what a line of an order said at the dates from from_date until
-- before to_date; gifts apart. A line that names no category (no platform's lines do) has its product's, as the
-- catalogue was known: few shops write on the ticket what the catalogue says. Null: nobody says. A view: its readers
-- sum it once, or look at few orders.
{{ config(materialized='view') }}

with catalogue as (
    select
        sku_id,
        category,
        counts_from as from_date,
        counts_to as to_date
    from {{ ref('products') }}
    where category is not null and (counts_to is null or counts_to > counts_from)
),

-- What the catalogue says of a product changes only on these days; before the first it said nothing.
days as (
    select
        sku_id,
        from_date as day
    from catalogue
    union
    select
        sku_id,
        to_date as day
    from catalogue
    where to_date is not null
    union
    select
        sku_id,
        cast('1970-01-01' as date) as day
    from catalogue
),

spans as (
    select
        sku_id,
        day as from_date,
        lead(day) over (partition by sku_id order by day) as to_date
    from days
),

-- Of several catalogues that know a product the name that sorts last.
named as (
    select
        spans.sku_id,
        spans.from_date,
        spans.to_date,
        max(catalogue.category) as category
    from spans
    left join catalogue
        on
            spans.sku_id = catalogue.sku_id
            and catalogue.from_date <= spans.from_date
            and (catalogue.to_date is null or catalogue.to_date > spans.from_date)
    group by spans.sku_id, spans.from_date, spans.to_date
)

select
    lines.source,
    lines.order_id,
    lines.line_id,
    lines.sku_id,
    coalesce(lines.category, named.category) as category,
    lines.quantity,
    lines.amount_fen - coalesce(lines.discount_fen, 0) as line_fen,
    lines.cost_fen,
    greatest(lines.counts_from, named.from_date) as from_date,
    least(lines.counts_to, named.to_date) as to_date
from {{ ref('order_lines') }} as lines
left join named
    on
        lines.category is null
        and lines.sku_id = named.sku_id
        and (lines.counts_to is null or named.from_date < lines.counts_to)
        and (named.to_date is null or named.to_date > lines.counts_from)
where not coalesce(lines.is_gift, false) and (lines.counts_to is null or lines.counts_to > lines.counts_from)
