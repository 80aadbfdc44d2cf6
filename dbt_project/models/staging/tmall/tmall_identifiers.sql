-- omid is the merchant's, whatever the shop. Masked numbers, nick and oaid are no identifiers. clear_mobile exists only
-- for members who joined the programme.
with named as (
    select
        'tmall' as source,
        coalesce(buyer_open_uid, ouid) as customer_id,
        'member ' || coalesce(buyer_open_uid, ouid) as subject,
        cast(registered_at as timestamp) as registered_at,
        cast(updated_at as timestamp) as updated_at,
        buyer_open_uid,
        ouid,
        omid,
        case when clear_mobile_shape = 'mobile' then clear_mobile end as mobile,
        case when clear_mobile_shape = 'mobile_outside' then clear_mobile end as mobile_outside,
        _account,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('tmall', 'members') }} as landed_members
    union all
    select
        'tmall' as source,
        coalesce(buyer_open_uid, ouid) as customer_id,
        'trade ' || tid as subject,
        cast(created_at as timestamp) as registered_at,
        cast(updated_at as timestamp) as updated_at,
        buyer_open_uid,
        ouid,
        cast(null as varchar) as omid,
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
    from {{ landed('tmall', 'trades') }} as landed_trades
)

{{ state_identifiers('named', [
    ('tb_open_uid', "coalesce(_account, '')", 'buyer_open_uid', 'verified'),
    ('tb_ouid', "coalesce(_account, '')", 'ouid', 'verified'),
    ('tb_omid', "''", 'omid', 'verified'),
    ('mobile', "''", 'mobile', 'verified'),
    ('mobile_outside', "''", 'mobile_outside', 'verified'),
], subject='subject') }}
