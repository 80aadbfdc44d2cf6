-- Conversations (one row per staff, customer and day on which the customer wrote; object_type two_way where both did) and
-- the steps of friendships and group memberships as behaviour.
with follows as (
    select staff_id, customer_id, added_at, deleted_by_customer_at, known_at, file_id, line
    from {{ ref('wecom_follows') }}
),

memberships as (
    select group_id, customer_id, joined_at, left_at, known_at, file_id, line
    from {{ ref('wecom_group_memberships') }}
),

steps as (
    select
        'speak' as event_type,
        external_userid as customer_id,
        userid as staff_id,
        cast(null as varchar) as group_id,
        coalesce(cast(last_customer_message_at as timestamp), cast(day as timestamp) + interval '4' hour) as occurred_at,
        case when cast(staff_messages as bigint) > 0 then 'two_way' else 'one_way' end as object_type,
        'speak-' || userid || '-' || external_userid || '-' || day as event_id,
        {{ fact_known_at('coalesce(cast(last_customer_message_at as timestamp), cast(day as timestamp) + interval \'4\' hour)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('wecom', 'messages') }} as conversations
    where cast(customer_messages as bigint) > 0
    union all
    select 'add_friend', customer_id, staff_id, null, added_at, 'staff',
        'add_friend-' || staff_id || '-' || customer_id || '-' || cast(added_at as varchar), known_at, known_at, file_id, line
    from follows
    union all
    select 'delete_friend', customer_id, staff_id, null, deleted_by_customer_at, 'staff',
        'delete_friend-' || staff_id || '-' || customer_id || '-' || cast(deleted_by_customer_at as varchar),
        known_at, known_at, file_id, line
    from follows
    where deleted_by_customer_at is not null
    union all
    select 'join_group', customer_id, null, group_id, joined_at, 'group',
        'join_group-' || group_id || '-' || customer_id || '-' || cast(joined_at as varchar), known_at, known_at, file_id, line
    from memberships
    union all
    select 'leave_group', customer_id, null, group_id, left_at, 'group',
        'leave_group-' || group_id || '-' || customer_id || '-' || cast(left_at as varchar), known_at, known_at, file_id, line
    from memberships
    where left_at is not null
),

events as (
    select
        steps.*,
        'wecom' as source,
        case when group_id is null then 'wecom' else 'wecom_group' end as channel,
        coalesce(staff_id, group_id) as object_id
    from steps
)

{{ first_known('events', 'events', given=[
    'source', 'event_id', 'customer_id', 'event_type', 'occurred_at', 'channel', 'group_id', 'staff_id', 'object_type', 'object_id',
]) }}
