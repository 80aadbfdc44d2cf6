-- One row per (source, sku_id, from_date): what a catalogue called a product at the dates from from_date until before
-- to_date, since when the catalogue has known it, and whether it is a thing to be named in a conversation: medicine,
-- intimate goods and tobacco are not.
with called as (
    select
        products.source,
        products.sku_id,
        products.name,
        products.counts_from as from_date,
        products.counts_to as to_date,
        max(case when words.word is not null then 1 else 0 end) = 1 as is_unspoken
    from {{ ref('products') }} as products
    left join {{ ref('unspoken_words') }} as words
        on upper(concat_ws(' ', products.name, products.category)) like '%' || words.word || '%'
    where products.counts_to is null or products.counts_to > products.counts_from
    group by products.source, products.sku_id, products.name, products.counts_from, products.counts_to
),

first_records as (
    select
        sku_id,
        {{ business_date('min(known_at)') }} as first_known_date
    from {{ ref('products') }}
    group by sku_id
)

select
    called.source,
    called.sku_id,
    called.name,
    called.is_unspoken,
    first_records.first_known_date,
    called.from_date,
    called.to_date
from called
inner join first_records on called.sku_id = first_records.sku_id
