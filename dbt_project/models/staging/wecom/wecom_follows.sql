-- A friendship begins with the contact's createtime or the add callback and ends with a delete callback, by either
-- side. Nightly pulls repeat friends, also those whose customer deleted the staff: that is no new friendship. Nor is a
-- second adding without a deletion between: the half and the whole callback of one handshake come seconds apart.
with steps as (
    select
        external_userid,
        userid,
        cast(added_at as timestamp) as step_at,
        'added' as step,
        add_way,
        state,
        {{ fact_known_at('cast(added_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'contacts') }} as contacts
    union all
    select
        external_userid,
        userid,
        cast(changed_at as timestamp) as step_at,
        case change_type
            when 'del_external_contact' then 'deleted_by_staff'
            when 'del_follow_user' then 'deleted_by_customer'
            else 'added'
        end as step,
        cast(null as varchar) as add_way,
        state,
        {{ fact_known_at('cast(changed_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'contact_changes') }} as changes
    where
        change_type in ('add_external_contact', 'add_half_external_contact', 'del_external_contact', 'del_follow_user')
),

in_order as (
    select
        *,
        lag(step) over (
            partition by external_userid, userid
            order by step_at, step, known_at, _file_id, _line
        ) as step_before
    from steps
),

friendships as (
    select
        in_order.*,
        ways.value as our_add_way,
        coalesce(
            max(
                case
                    when in_order.step = 'added' and coalesce(in_order.step_before, '') <> 'added' then in_order.step_at
                end
            ) over (
                partition by in_order.external_userid, in_order.userid
                order by in_order.step_at, in_order.step, in_order.known_at, in_order._file_id, in_order._line
                rows between unbounded preceding and current row
            ),
            in_order.step_at
        ) as friends_since
    from in_order
    left join {{ vocabulary('wecom', 'add_way') }} as ways on ways.platform_value = in_order.add_way
),

follows as (
    select
        'wecom' as source,
        userid as staff_id,
        external_userid as customer_id,
        friends_since as added_at,
        max(our_add_way) over so_far as add_way,
        max(state) over so_far as state,
        max(case when step = 'deleted_by_staff' then step_at end) over so_far as deleted_by_staff_at,
        max(case when step = 'deleted_by_customer' then step_at end) over so_far as deleted_by_customer_at,
        known_at,
        _landed_at,
        _file_id,
        _line
    from friendships
    -- Everything known by then, whatever the order in which the steps landed.
    window so_far as (partition by external_userid, userid, friends_since order by known_at)
)

{{ noun_versions('follows', 'follows') }}
