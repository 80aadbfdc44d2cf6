-- One row per (order_key, category, from_date, to_date): the lines of an order summed once, whatever the number of
-- dates; interests and the features of a basket read it. What is sensitive, by its category or by its product, has no
-- category here: it counts in money. A beer on the shelf of drinks tells as much as a shelf of beer.
with order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_states') }}
    where one_id is not null
),

-- What was ever known as sensitive stays it: a new name takes nothing back.
sensitive_products as (
    select
        sku_id,
        min(from_date) as sensitive_from
    from {{ ref('product_states') }}
    where is_sensitive
    group by sku_id
),

lines as (
    select
        order_keys.order_key,
        case when sensitive_texts.sensitive_text is null then states.category end as category,
        states.quantity,
        states.line_fen,
        states.from_date,
        states.to_date,
        products.sensitive_from
    from {{ ref('line_states') }} as states
    inner join order_keys
        on states.source = order_keys.source and states.order_id = order_keys.order_id
    left join {{ ref('sensitive_texts') }} as sensitive_texts on states.category = sensitive_texts.sensitive_text
    left join sensitive_products as products on states.sku_id = products.sku_id
),

-- A line's category until its product is known as sensitive, and none from then on.
told as (
    select
        order_key,
        category,
        quantity,
        line_fen,
        from_date,
        least(to_date, sensitive_from) as to_date
    from lines
    where sensitive_from is null or sensitive_from > from_date
    union all
    select
        order_key,
        cast(null as varchar) as category,
        quantity,
        line_fen,
        greatest(from_date, sensitive_from) as from_date,
        to_date
    from lines
    where sensitive_from < to_date or (sensitive_from is not null and to_date is null)
),

baskets as (
    select
        order_key,
        category,
        from_date,
        to_date,
        sum(quantity) as item_quantity,
        sum(line_fen) as line_fen
    from told
    group by order_key, category, from_date, to_date
),

categories as (
    select
        category,
        row_number() over (order by category) as category_key
    from (select distinct category from baskets) as named_categories
    where category is not null
)

select
    baskets.order_key,
    categories.category_key,
    baskets.category,
    baskets.from_date,
    baskets.to_date,
    cast(round(baskets.item_quantity, 0) as bigint) as item_quantity,
    cast(baskets.line_fen as bigint) as line_fen
from baskets
left join categories
    on baskets.category = categories.category
