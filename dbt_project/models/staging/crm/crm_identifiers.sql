-- An openid counts only with the app it belongs to.
with members as (
    select
        'crm' as source,
        member_no as customer_id,
        cast(registered_at as timestamp) as registered_at,
        cast(updated_at as timestamp) as updated_at,
        member_no,
        case when mobile_shape = 'mobile' then mobile end as mobile,
        case when mobile_shape = 'mobile_outside' then mobile end as mobile_outside,
        unionid,
        case when openid_app is not null then openid end as openid,
        openid_app,
        email,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('crm', 'members') }} as landed_members
)

{{ state_identifiers('members', [
    ('member_no', "'crm'", 'member_no', 'member_file'),
    ('mobile', "''", 'mobile', 'member_file'),
    ('mobile_outside', "''", 'mobile_outside', 'member_file'),
    ('wx_unionid', "''", 'unionid', 'member_file'),
    ('wx_openid', 'openid_app', 'openid', 'member_file'),
    ('email', "''", 'email', 'member_file'),
]) }}
