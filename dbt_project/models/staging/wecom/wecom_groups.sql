{{ config(materialized='view') }}

with pulled as (
    select
        'wecom' as source,
        chat_id as group_id,
        kind,
        name,
        owner as owner_staff_id,
        _is_history,
        _fetched_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'groups') }} as landed_groups
)

{{ reference_versions('groups', 'pulled') }}
