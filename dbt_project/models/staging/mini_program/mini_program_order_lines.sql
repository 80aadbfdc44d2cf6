-- Lines inherit their order's known_at; a gift is owed nothing. A later version of the order repeats its lines: repeats
-- go.
with lines as (
    select
        'mini_program' as source,
        orders.order_id,
        cast(products._ordinal as varchar) as line_id,
        coalesce(products.sku_code, products.sku_id) as sku_id,
        cast(products.sku_count as decimal(18, 4)) as quantity,
        case
            when products.free_gift_info is not null then 0
            else cast(products.unit_price_fen as bigint) * cast(products.sku_count as bigint)
        end as amount_fen,
        case
            when products.free_gift_info is not null then 0
            else
                cast(products.unit_price_fen as bigint) * cast(products.sku_count as bigint)
                - coalesce(
                    cast(products.real_price_fen as bigint),
                    cast(products.unit_price_fen as bigint) * cast(products.sku_count as bigint)
                )
        end as discount_fen,
        products.free_gift_info is not null as is_gift,
        orders.known_at,
        products._landed_at,
        products._file_id,
        products._line
    from {{ source('channels', 'mini_program__order_products') }} as products
    inner join {{ ref('mini_program_orders') }} as orders
        on orders.file_id = products._file_id and orders.line = products._line
)

{{ noun_versions('order_lines', 'lines', unknown=['category', 'cost_fen', 'updated_at']) }}
