{{ config(materialized='view') }}

with staff as (
    select
        userid as staff_id,
        name as name_token,
        store_id,
        role,
        -- Status 1 is active and 4 not yet activated; 2 is disabled and 5 has left.
        coalesce(status, '1') in ('1', '4') as is_active,
        daily_message_capacity,
        daily_call_capacity,
        left_at,
        _is_history,
        _fetched_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'staff') }} as landed_staff
)

{{ reference_versions('staff', 'staff') }}
