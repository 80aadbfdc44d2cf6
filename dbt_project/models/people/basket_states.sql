-- One row per (order_key, category, from_date, to_date): the lines of an order summed once, whatever the number of
-- dates; interests and the features of a basket read it. What is sensitive has no category here: it counts in money.
with order_keys as (
    select distinct
        source,
        order_id,
        order_key
    from {{ ref('order_states') }}
    where one_id is not null
),

baskets as (
    select
        order_keys.order_key,
        case when sensitive_texts.sensitive_text is null then lines.category end as category,
        lines.from_date,
        lines.to_date,
        sum(lines.quantity) as item_quantity,
        sum(lines.line_fen) as line_fen
    from {{ ref('line_states') }} as lines
    inner join order_keys
        on lines.source = order_keys.source and lines.order_id = order_keys.order_id
    left join {{ ref('sensitive_texts') }} as sensitive_texts on lines.category = sensitive_texts.sensitive_text
    group by 1, 2, 3, 4
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
    baskets.from_date,
    baskets.to_date,
    cast(round(baskets.item_quantity, 0) as bigint) as item_quantity,
    cast(baskets.line_fen as bigint) as line_fen
from baskets
left join categories
    on baskets.category = categories.category
