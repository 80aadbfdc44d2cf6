{{ config(materialized='view') }}

with products_rows as (
    select
        source,
        sku_id,
        name,
        category,
        brand,
        {{ yuan_to_fen('list_price_yuan') }} as list_price_fen,
        {{ yuan_to_fen('cost_yuan') }} as cost_fen,
        cast(updated_at as timestamp) as updated_at,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'products', source='raw.source') }} as landed_products
)

{{ reference_versions('products', 'products_rows') }}
