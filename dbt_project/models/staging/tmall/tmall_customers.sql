{{ config(materialized='view') }}

with members as (
    select
        'tmall' as source,
        coalesce(buyer_open_uid, ouid) as customer_id,
        province,
        city,
        cast(registered_at as timestamp) as registered_at,
        _channel as acquisition_channel,
        grade_name as level,
        cast(updated_at as timestamp) as updated_at,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('tmall', 'members') }} as landed_members
)

{{ customer_versions('members', unknown=[
    'name_token', 'gender', 'birth_date', 'occupation', 'industry', 'points', 'is_test',
]) }}
