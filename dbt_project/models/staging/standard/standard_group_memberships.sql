{{ config(materialized='view') }}

with group_memberships_rows as (
    select
        source,
        group_id,
        customer_id,
        cast(joined_at as timestamp) as joined_at,
        left_at,
        role,
        {{ fact_known_at('cast(joined_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'group_memberships', source='raw.source') }} as landed_group_memberships
)

{{ noun_versions('group_memberships', 'group_memberships_rows') }}
