-- The lines of the tickets that stand in pos_orders: their versions and repeats are settled there.
-- A view: customer/order_lines is its only reader, and storing a million rows twice costs more than working them out.
{{ config(materialized='view') }}

{%- set shelf_yuan =
    'round(cast(items.unit_price_yuan as decimal(18, 8)) * cast(items.quantity as decimal(18, 4)), 2)'
%}
select
    'pos' as source,
    orders.order_id,
    cast(items._ordinal as varchar) as line_id,
    items.product_uid as sku_id,
    cast(null as varchar) as category,
    cast(items.quantity as decimal(18, 4)) as quantity,
    {{ yuan_to_fen(shelf_yuan) }} as amount_fen,
    {{ yuan_to_fen(shelf_yuan) }} - {{ yuan_to_fen('items.total_amount_yuan') }} as discount_fen,
    cast(null as bigint) as cost_fen,
    coalesce(cast(items.unit_price_yuan as decimal(18, 8)) = 0 and cast(items.quantity as decimal(18, 4)) > 0, false)
        as is_gift,
    cast(null as timestamp) as updated_at,
    orders.known_at,
    orders.file_id,
    orders.line
from {{ source('channels', 'pos__ticket_items') }} as items
inner join {{ ref('pos_orders') }} as orders on orders.file_id = items._file_id and orders.line = items._line
