-- A friendship begins with the contact's createtime or the add callback and ends with a delete callback, by either
-- side. Nightly pulls repeat friends, also those whose customer deleted the staff: that is no new friendship.
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

friendships as (
    select
        steps.*,
        ways.value as our_add_way,
        coalesce(
            max(case when steps.step = 'added' then steps.step_at end) over (
                partition by steps.external_userid, steps.userid
                order by steps.step_at, steps.step, steps.known_at, steps._file_id, steps._line
                rows between unbounded preceding and current row
            ),
            steps.step_at
        ) as friends_since
    from steps
    left join {{ vocabulary('wecom', 'add_way') }} as ways on ways.platform_value = steps.add_way
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
