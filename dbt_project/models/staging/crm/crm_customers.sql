with members as (
    select
        'crm' as source,
        members.member_no as customer_id,
        members.name as name_token,
        members.gender,
        case when placeholder.value is null then cast(members.birth_date as date) end as birth_date,
        cast(members.registered_at as timestamp) as registered_at,
        coalesce(members.register_channel, members._channel) as acquisition_channel,
        members.level,
        cast(round(cast(members.point_count as decimal(18, 8)), 0) as bigint) as points,
        coalesce(members.is_test, 'false') = 'true' as is_test,
        cast(members.updated_at as timestamp) as updated_at,
        members._is_history,
        members._fetched_at,
        members._lag,
        members._landed_at,
        members._file_id,
        members._line
    from {{ landed('crm', 'members') }} as members
    left join {{ vocabulary('any', 'placeholder_date') }} as placeholder
        on placeholder.platform_value = members.birth_date
)

{{ customer_versions('members', unknown=['province', 'city', 'occupation', 'industry']) }}
