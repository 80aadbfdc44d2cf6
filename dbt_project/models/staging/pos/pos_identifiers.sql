{{ config(materialized='view') }}

-- Phone and card number are what the cashier typed.
with members as (
    select
        'pos' as source,
        customer_uid as customer_id,
        cast(registered_at as timestamp) as registered_at,
        cast(null as timestamp) as updated_at,
        customer_uid,
        number,
        case when phone_shape = 'mobile' then phone end as mobile,
        case when phone_shape = 'mobile_outside' then phone end as mobile_outside,
        email,
        _account,
        _is_history,
        _fetched_at,
        _lag,
        _channel,
        _landed_at,
        _file_id,
        _line
    from {{ landed('pos', 'members') }} as landed_members
)

{{ state_identifiers('members', [
    ('pos_customer_uid', "coalesce(_account, '')", 'customer_uid', 'member_file'),
    ('member_no', "'pos'", 'number', 'member_file'),
    ('mobile', "''", 'mobile', 'typed_by_staff'),
    ('mobile_outside', "''", 'mobile_outside', 'typed_by_staff'),
    ('email', "''", 'email', 'typed_by_staff'),
]) }}
