-- Lines inherit their trade's known_at. A later version of the trade repeats its lines: repeats go.
with lines as (
    select
        'tmall' as source,
        orders.order_id,
        trade_orders.oid as line_id,
        coalesce(trade_orders.outer_sku_id, trade_orders.sku_id, trade_orders.num_iid) as sku_id,
        cast(trade_orders.quantity as decimal(18, 4)) as quantity,
        {{ yuan_to_fen('trade_orders.unit_price_yuan') }} * cast(trade_orders.quantity as bigint) as amount_fen,
        coalesce({{ yuan_to_fen('trade_orders.discount_fee_yuan') }}, 0)
        - coalesce({{ yuan_to_fen('trade_orders.adjust_fee_yuan') }}, 0)
        + coalesce({{ yuan_to_fen('trade_orders.part_mjz_discount_yuan') }}, 0) as discount_fen,
        cast(trade_orders.unit_price_yuan as decimal(18, 8)) = 0 as is_gift,
        orders.known_at,
        trade_orders._landed_at,
        trade_orders._file_id,
        trade_orders._line
    from {{ source('channels', 'tmall__trade_orders') }} as trade_orders
    inner join {{ ref('tmall_orders') }} as orders
        on orders.file_id = trade_orders._file_id and orders.line = trade_orders._line
)

{{ noun_versions('order_lines', 'lines', unknown=['category', 'cost_fen', 'updated_at']) }}
