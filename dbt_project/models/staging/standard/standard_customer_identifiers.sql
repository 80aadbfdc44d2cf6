{{ config(materialized='view') }}

-- What the id columns of the standard customers say. An id counts only with the scope it needs.
with members as (
    select
        source,
        customer_id,
        cast(registered_at as timestamp) as registered_at,
        cast(updated_at as timestamp) as updated_at,
        case when mobile_shape = 'mobile' then mobile end as mobile,
        case when mobile_shape = 'mobile_outside' then mobile end as mobile_outside,
        email,
        unionid,
        case when openid_app is not null then openid end as openid,
        openid_app,
        external_userid,
        corp_id,
        member_no,
        taobao_ouid,
        taobao_shop,
        jd_pin,
        douyin_open_id,
        device_id,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'customers', source='raw.source') }} as landed_customers
)

{{ state_identifiers('members', [
    ('mobile', "''", 'mobile', 'member_file'),
    ('mobile_outside', "''", 'mobile_outside', 'member_file'),
    ('email', "''", 'email', 'member_file'),
    ('wx_unionid', "''", 'unionid', 'member_file'),
    ('wx_openid', 'openid_app', 'openid', 'member_file'),
    ('wecom_external_userid', "coalesce(corp_id, '')", 'external_userid', 'member_file'),
    ('member_no', 'source', 'member_no', 'member_file'),
    ('tb_ouid', "coalesce(taobao_shop, '')", 'taobao_ouid', 'member_file'),
    ('jd_pin', "''", 'jd_pin', 'member_file'),
    ('dd_open_id', "''", 'douyin_open_id', 'member_file'),
    ('device_id', "''", 'device_id', 'member_file'),
]) }}
