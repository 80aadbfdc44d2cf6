-- Conversations (one row per staff, customer and day on which the customer wrote; object_type two_way where both did)
-- and the steps of friendships and group memberships as behaviour.
with conversations as (
    select
        *,
        -- Without the minute, noon in Shanghai stands for the day.
        coalesce(cast(last_customer_message_at as timestamp), cast(day as timestamp) + interval '4' hour) as spoke_at
    from {{ landed('wecom', 'messages') }} as landed_messages
    where cast(customer_messages as bigint) > 0
),

steps as (
    select
        'speak' as event_type,
        external_userid as customer_id,
        userid as staff_id,
        cast(null as varchar) as group_id,
        spoke_at as occurred_at,
        case when cast(staff_messages as bigint) > 0 then 'two_way' else 'one_way' end as object_type,
        day as step_id,
        {{ fact_known_at('spoke_at') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from conversations
    {%- for event_type, relation, staff_id, group_id, step_at, object_type in [
        ('add_friend', 'wecom_follows', 'staff_id', 'null', 'added_at', 'staff'),
        ('delete_friend', 'wecom_follows', 'staff_id', 'null', 'deleted_by_customer_at', 'staff'),
        ('join_group', 'wecom_group_memberships', 'null', 'group_id', 'joined_at', 'group'),
        ('leave_group', 'wecom_group_memberships', 'null', 'group_id', 'left_at', 'group'),
    ] %}
    union all
    select
        '{{ event_type }}' as event_type,
        customer_id,
        cast({{ staff_id }} as varchar) as staff_id,
        cast({{ group_id }} as varchar) as group_id,
        {{ step_at }} as occurred_at,
        '{{ object_type }}' as object_type,
        cast({{ step_at }} as varchar) as step_id,
        known_at,
        known_at as _landed_at,
        file_id as _file_id,
        line as _line
    from {{ ref(relation) }}
    where {{ step_at }} is not null
    {%- endfor %}
),

events as (
    select
        *,
        'wecom' as source,
        event_type || '-' || coalesce(staff_id, group_id) || '-' || customer_id || '-' || step_id as event_id,
        case when group_id is null then 'wecom' else 'wecom_group' end as channel,
        coalesce(staff_id, group_id) as object_id
    from steps
)

{{ first_known('events', 'events', given=[
    'source', 'event_id', 'customer_id', 'event_type', 'occurred_at', 'channel', 'group_id', 'staff_id', 'object_type',
    'object_id',
]) }}
