{{ config(materialized='view') }}

-- The brand's own lists say more than the platform: who stands in one is what it says, from the day it landed on.
with listed as (
    select
        userid,
        _landed_at
    from {{ landed('wecom', 'staff') }} as wecom_listed
    union all
    select
        staff_id as userid,
        _landed_at
    from {{ landed('standard', 'staff') }} as standard_listed
),

own as (
    select
        userid,
        min(_landed_at) as first_landed_at
    from listed
    group by userid
),

staff as (
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
    union all
    select
        pulled.userid as staff_id,
        pulled.name as name_token,
        cast(null as varchar) as store_id,
        cast(null as varchar) as role,
        coalesce(pulled.status, '1') in ('1', '4') as is_active,
        cast(null as varchar) as daily_message_capacity,
        cast(null as varchar) as daily_call_capacity,
        cast(null as varchar) as left_at,
        pulled._is_history,
        pulled._fetched_at,
        pulled._landed_at,
        pulled._file_id,
        pulled._line
    from {{ landed('wecom', 'staff_pulled') }} as pulled
    left join own on own.userid = pulled.userid
    where own.first_landed_at is null or pulled._landed_at < own.first_landed_at
)

{{ reference_versions('staff', 'staff') }}
