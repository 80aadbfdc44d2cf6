{{ config(materialized='view') }}

with follows_rows as (
    select
        source,
        staff_id,
        customer_id,
        cast(added_at as timestamp) as added_at,
        add_way,
        state,
        deleted_by_staff_at,
        deleted_by_customer_at,
        {{ fact_known_at('cast(added_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'follows', source='raw.source') }} as landed_follows
)

{{ noun_versions('follows', 'follows_rows') }}
