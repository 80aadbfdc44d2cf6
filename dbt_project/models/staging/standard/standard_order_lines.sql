{{ config(meta={'by_key': ['source', 'order_id']}) }}

-- A line without an update time of its own inherits the first known_at of its order.
with orders as (
    select
        source,
        order_id,
        min(known_at) as known_at
    from {{ ref('standard_orders') }}
    group by source, order_id
),

order_lines_rows as (
    select
        lines.source,
        lines.order_id,
        lines.line_id,
        lines.sku_id,
        lines.category,
        lines.quantity,
        {{ yuan_to_fen('lines.amount_yuan') }} as amount_fen,
        coalesce({{ yuan_to_fen('lines.discount_yuan') }}, 0) as discount_fen,
        {{ yuan_to_fen('lines.cost_yuan') }} as cost_fen,
        coalesce(lines.is_gift, 'false') = 'true' as is_gift,
        cast(lines.updated_at as timestamp) as updated_at,
        case
            when lines._is_history then coalesce(cast(lines.updated_at as timestamp), orders.known_at, lines._landed_at)
            else lines._landed_at
        end as known_at,
        lines._landed_at,
        lines._file_id,
        lines._line
    from {{ source('channels', 'standard__order_lines') }} as lines
    left join orders on orders.source = lines.source and orders.order_id = lines.order_id
)

{{ noun_versions('order_lines', 'order_lines_rows') }}
