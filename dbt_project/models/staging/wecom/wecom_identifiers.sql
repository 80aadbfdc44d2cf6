-- The contact's own ids count from the friendship on; a unionid that appears later, from that pull on. Mobiles in
-- remarks are typed by staff. Group members show a unionid too.
with contacts as (
    select
        'wecom' as source,
        external_userid as customer_id,
        'contact ' || external_userid || ' ' || userid || ' ' || added_at as subject,
        cast(added_at as timestamp) as registered_at,
        external_userid,
        unionid,
        cast(null as varchar) as mobile,
        cast(null as varchar) as mobile_outside,
        cast(null as timestamp) as updated_at,
        _account,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'contacts') }} as landed_contacts
    union all
    select
        'wecom' as source,
        external_userid as customer_id,
        'contact ' || external_userid || ' ' || userid || ' ' || added_at as subject,
        cast(added_at as timestamp) as registered_at,
        external_userid,
        cast(null as varchar) as unionid,
        case when remark_mobile_shape = 'mobile' then remark_mobile end as mobile,
        case when remark_mobile_shape = 'mobile_outside' then remark_mobile end as mobile_outside,
        cast(null as timestamp) as updated_at,
        _account,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'contact_mobiles') }} as landed_mobiles
    union all
    select
        'wecom' as source,
        userid as customer_id,
        'member ' || chat_id || ' ' || userid as subject,
        cast(joined_at as timestamp) as registered_at,
        userid as external_userid,
        unionid,
        cast(null as varchar) as mobile,
        cast(null as varchar) as mobile_outside,
        cast(null as timestamp) as updated_at,
        _account,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'group_members') }} as landed_members
    where member_type = '2'
)

{{ state_identifiers('contacts', [
    ('wecom_external_userid', "coalesce(_account, '')", 'external_userid', 'verified'),
    ('wx_unionid', "''", 'unionid', 'verified'),
    ('mobile', "''", 'mobile', 'typed_by_staff'),
    ('mobile_outside', "''", 'mobile_outside', 'typed_by_staff'),
], subject='subject') }}
