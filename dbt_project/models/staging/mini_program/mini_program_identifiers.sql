-- The user's phone is the one they confirmed. An order names openid and, once the app is bound, unionid.
with users as (
    select
        'mini_program' as source,
        openid as customer_id,
        'user ' || openid as subject,
        cast(registered_at as timestamp) as registered_at,
        cast(updated_at as timestamp) as updated_at,
        openid,
        unionid,
        case when phone_shape = 'mobile' then phone end as mobile,
        case when phone_shape = 'mobile_outside' then phone end as mobile_outside,
        _account,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('mini_program', 'users') }} as landed_users
    union all
    select
        'mini_program' as source,
        openid as customer_id,
        'order ' || order_id as subject,
        cast(created_at as timestamp) as registered_at,
        cast(updated_at as timestamp) as updated_at,
        openid,
        unionid,
        cast(null as varchar) as mobile,
        cast(null as varchar) as mobile_outside,
        _account,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('mini_program', 'orders') }} as landed_orders
)

{{ state_identifiers('users', [
    ('wx_openid', "coalesce(_account, '')", 'openid', 'verified'),
    ('wx_unionid', "''", 'unionid', 'verified'),
    ('mobile', "''", 'mobile', 'verified'),
    ('mobile_outside', "''", 'mobile_outside', 'verified'),
], subject='subject') }}
