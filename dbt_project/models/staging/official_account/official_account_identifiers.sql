{{ config(materialized='view') }}

-- unionid is there only while subscribed and bound.
with users as (
    select
        'official_account' as source,
        openid as customer_id,
        cast(subscribed_at as timestamp) as registered_at,
        cast(null as timestamp) as updated_at,
        openid,
        unionid,
        _account,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('official_account', 'users') }} as landed_users
)

{{ state_identifiers('users', [
    ('wx_openid', "coalesce(_account, '')", 'openid', 'verified'),
    ('wx_unionid', "''", 'unionid', 'verified'),
]) }}
