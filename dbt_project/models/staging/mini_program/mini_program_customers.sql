{{ config(materialized='view') }}

with users as (
    select
        'mini_program' as source,
        openid as customer_id,
        cast(registered_at as timestamp) as registered_at,
        coalesce(scene, _channel) as acquisition_channel,
        cast(updated_at as timestamp) as updated_at,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('mini_program', 'users') }} as landed_users
)

{{ customer_versions('users', unknown=[
    'name_token', 'gender', 'birth_date', 'province', 'city', 'occupation', 'industry', 'level', 'points', 'is_test',
]) }}
