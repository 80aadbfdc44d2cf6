{{ config(materialized='view') }}

with members as (
    select
        'pos' as source,
        members.customer_uid as customer_id,
        members.name as name_token,
        case when placeholder.value is null then cast(members.birth_date as date) end as birth_date,
        cast(members.registered_at as timestamp) as registered_at,
        members._channel as acquisition_channel,
        cast(round(cast(members.point_count as decimal(18, 8)), 0) as bigint) as points,
        cast(null as timestamp) as updated_at,
        members._is_history,
        members._fetched_at,
        members._lag,
        members._landed_at,
        members._file_id,
        members._line
    from {{ landed('pos', 'members') }} as members
    left join {{ vocabulary('any', 'placeholder_date') }} as placeholder
        on placeholder.platform_value = members.birth_date
)

{{ customer_versions('members', unknown=['gender', 'province', 'city', 'occupation', 'industry', 'level', 'is_test']) }}
