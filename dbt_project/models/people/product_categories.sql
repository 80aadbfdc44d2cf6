-- One row per (sku_id, from_date): the category the catalogue gave a product at the dates from from_date until before
-- to_date; null before the first. Of several catalogues that know it the name that sorts last.
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
)

select
    spans.sku_id,
    max(catalogue.category) as category,
    spans.from_date,
    spans.to_date
from spans
left join catalogue
    on
        spans.sku_id = catalogue.sku_id
        and catalogue.from_date <= spans.from_date
        and (catalogue.to_date is null or catalogue.to_date > spans.from_date)
group by spans.sku_id, spans.from_date, spans.to_date
