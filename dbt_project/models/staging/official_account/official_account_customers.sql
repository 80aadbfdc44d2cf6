{{ config(materialized='view') }}

-- An unsubscribed user is an openid and nothing else: the row still says that the record exists.
with users as (
    select
        'official_account' as source,
        openid as customer_id,
        cast(subscribed_at as timestamp) as registered_at,
        case when is_subscribed = 'true' then coalesce(qr_scene_str, subscribe_scene, _channel) end
            as acquisition_channel,
        cast(null as timestamp) as updated_at,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('official_account', 'users') }} as landed_users
)

{{ customer_versions('users', unknown=[
    'name_token', 'gender', 'birth_date', 'province', 'city', 'occupation', 'industry', 'level', 'points', 'is_test',
]) }}
