{{ config(materialized='view') }}

with groups_rows as (
    select
        source,
        group_id,
        kind,
        name,
        owner_staff_id,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'groups', source='raw.source') }} as landed_groups
)

{{ reference_versions('groups', 'groups_rows') }}
