{{ config(materialized='view') }}

with stores_rows as (
    select
        store_id,
        name,
        city,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'stores') }} as landed_stores
)

{{ reference_versions('stores', 'stores_rows') }}
