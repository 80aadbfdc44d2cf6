-- A line is known with its order.
with orders as (
    select
        source,
        order_id,
        min(known_at) as known_at
    from {{ ref('__channel___orders') }}
    group by source, order_id
),

lines as (
    select
        '__channel__' as source,
        landed_lines.order_id,
        landed_lines.line_id,
        landed_lines.sku_id,
        landed_lines.quantity,
        {{ yuan_to_fen('landed_lines.amount_yuan') }} as amount_fen,
        0 as discount_fen,
        false as is_gift,
        case
            when landed_lines._is_history then coalesce(orders.known_at, landed_lines._landed_at)
            else landed_lines._landed_at
        end as known_at,
        landed_lines._landed_at,
        landed_lines._file_id,
        landed_lines._line
    from {{ landed('__channel__', 'lines') }} as landed_lines
    left join orders on landed_lines.order_id = orders.order_id
)

{{ noun_versions('order_lines', 'lines', unknown=['category', 'cost_fen', 'updated_at']) }}
