{{ config(materialized='view') }}

-- The staff's own numbers: not customers, and no key to any.
with staff as (
    select
        'mobile' as id_type,
        '' as id_scope,
        mobile as id_token,
        cast(null as varchar) as message_channel,
        'staff' as reason,
        cast('1970-01-01 00:00:00' as timestamp) as changed_at,
        cast(null as timestamp) as revoked_at,
        _is_history,
        _fetched_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'staff') }} as landed_staff
    where mobile_shape = 'mobile' and mobile is not null
)

{{ reference_versions('suppressions', 'staff') }}
