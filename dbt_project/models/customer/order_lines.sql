select
    cast(null as varchar) as source,
    cast(null as varchar) as order_id,
    cast(null as varchar) as line_id,
    cast(null as varchar) as sku_id,
    cast(null as varchar) as category,
    cast(null as decimal(18, 4)) as quantity,
    cast(null as bigint) as amount_fen,
    cast(null as bigint) as discount_fen,
    cast(null as bigint) as cost_fen,
    cast(null as boolean) as is_gift,
    cast(null as timestamp) as updated_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
