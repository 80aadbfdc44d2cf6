{{ config(materialized='view') }}

with staff_rows as (
    select
        staff_id,
        name as name_token,
        store_id,
        role,
        coalesce(active, 'true') = 'true' as is_active,
        daily_message_capacity,
        daily_call_capacity,
        left_at,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'staff') }} as landed_staff
)

{{ reference_versions('staff', 'staff_rows') }}
