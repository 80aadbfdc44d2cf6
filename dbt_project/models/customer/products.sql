select
    cast(null as varchar) as source,
    cast(null as varchar) as sku_id,
    cast(null as varchar) as name,
    cast(null as varchar) as category,
    cast(null as varchar) as brand,
    cast(null as bigint) as list_price_fen,
    cast(null as bigint) as cost_fen,
    cast(null as timestamp) as updated_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
