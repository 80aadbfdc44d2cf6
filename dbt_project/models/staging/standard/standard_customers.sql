{{ config(materialized='view') }}

with members as (
    select
        members.source,
        members.customer_id,
        members.name as name_token,
        members.gender,
        case when placeholder.value is null then cast(members.birth_date as date) end as birth_date,
        members.province,
        members.city,
        members.occupation,
        members.industry,
        cast(members.registered_at as timestamp) as registered_at,
        coalesce(members.acquisition_channel, members._channel) as acquisition_channel,
        members.level,
        cast(round(cast(members.points as decimal(18, 8)), 0) as bigint) as points,
        coalesce(members.is_test, 'false') = 'true' as is_test,
        cast(members.updated_at as timestamp) as updated_at,
        members._is_history,
        members._fetched_at,
        members._lag,
        members._landed_at,
        members._file_id,
        members._line
    from {{ landed('standard', 'customers', source='raw.source') }} as members
    left join {{ vocabulary('any', 'placeholder_date') }} as placeholder
        on placeholder.platform_value = members.birth_date
)

{{ customer_versions('members') }}
