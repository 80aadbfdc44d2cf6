-- One row per (order_key, category, known_at, superseded_at): the lines of an order summed once, whatever the number of
-- dates; interests and the features of a basket read it. A line that names no category (no platform's lines do) has its
-- product's, as the catalogue was known: few shops write on the ticket what the catalogue says. Null: nobody says.
{{ config(materialized='table') }}

with order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_versions') }}
),

catalogue as (
    select
        sku_id,
        category,
        known_at,
        superseded_at
    from {{ ref('products') }}
    where category is not null
),

-- What the catalogue said of a product changes only at these moments; before the first it said nothing.
moments as (
    select
        sku_id,
        known_at as named_from
    from catalogue
    union
    select
        sku_id,
        superseded_at as named_from
    from catalogue
    where superseded_at is not null
    union
    select
        sku_id,
        cast('1970-01-01 00:00:00' as timestamp) as named_from
    from catalogue
),

spans as (
    select
        sku_id,
        named_from,
        lead(named_from) over (partition by sku_id order by named_from) as named_to
    from moments
),

-- Of several catalogues that know a product the name that sorts last, as kpi_categories takes it.
named as (
    select
        spans.sku_id,
        spans.named_from,
        spans.named_to,
        max(catalogue.category) as category
    from spans
    left join catalogue
        on
            spans.sku_id = catalogue.sku_id
            and catalogue.known_at <= spans.named_from
            and (catalogue.superseded_at is null or catalogue.superseded_at > spans.named_from)
    group by spans.sku_id, spans.named_from, spans.named_to
),

lines as (
    select
        order_lines.source,
        order_lines.order_id,
        coalesce(order_lines.category, named.category) as category,
        order_lines.quantity,
        order_lines.amount_fen - coalesce(order_lines.discount_fen, 0) as line_fen,
        greatest(order_lines.known_at, coalesce(named.named_from, order_lines.known_at)) as known_at,
        least(
            coalesce(order_lines.superseded_at, named.named_to), coalesce(named.named_to, order_lines.superseded_at)
        ) as superseded_at
    from {{ ref('order_lines') }} as order_lines
    left join named
        on
            order_lines.category is null
            and order_lines.sku_id = named.sku_id
            and (order_lines.superseded_at is null or named.named_from < order_lines.superseded_at)
            and (named.named_to is null or named.named_to > order_lines.known_at)
    where not coalesce(order_lines.is_gift, false)
),

baskets as (
    select
        order_keys.order_key,
        lines.category,
        lines.known_at,
        lines.superseded_at,
        sum(lines.quantity) as item_quantity,
        sum(lines.line_fen) as line_fen
    from lines
    inner join order_keys
        on lines.source = order_keys.source and lines.order_id = order_keys.order_id
    group by order_keys.order_key, lines.category, lines.known_at, lines.superseded_at
),

categories as (
    select
        category,
        row_number() over (order by category) as category_key
    from (select distinct category from baskets) as listed
    where category is not null
)

select
    baskets.order_key,
    categories.category_key,
    baskets.category,
    baskets.known_at,
    baskets.superseded_at,
    cast(round(baskets.item_quantity, 0) as bigint) as item_quantity,
    cast(baskets.line_fen as bigint) as line_fen
from baskets
left join categories
    on baskets.category = categories.category
