{{ config(materialized='view') }}

-- message_channel null is every channel.
with said as (
    select
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_value as id_token,
        message_channel,
        reason,
        cast(changed_at as timestamp) as changed_at,
        revoked_at,
        {{ fact_known_at('cast(changed_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'suppressions') }} as landed_suppressions
),

-- The staff's own numbers: not customers. In history they are known from the beginning, as the staff are.
staff_numbers as (
    select
        mobile,
        case
            when _is_history then cast('1970-01-01 00:00:00' as timestamp)
            else {{ state_known_at() }}
        end as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'staff') }} as landed_staff
    where mobile_shape = 'mobile' and mobile is not null
),

suppressions_rows as (
    select * from said
    union all
    select
        'mobile' as id_type,
        '' as id_scope,
        mobile as id_token,
        cast(null as varchar) as message_channel,
        'staff' as reason,
        cast('1970-01-01 00:00:00' as timestamp) as changed_at,
        cast(null as timestamp) as revoked_at,
        known_at,
        _landed_at,
        _file_id,
        _line
    from staff_numbers
)

{{ noun_versions('suppressions', 'suppressions_rows') }}
