-- One row per version of a touch between a customer and the brand and one_id it was known under: the customer's own
-- actions, and the steps of messages the brand sent. Joined to identity once, before the dates.
{{ config(materialized='table') }}

with
{%- set follower = "staff_id is not null and source <> 'official_account'" %}
{%- set subscriber = "staff_id is null or source = 'official_account'" %}
{#-
  touch, noun, step, channel, staff, id, condition: message steps, and lists of friends and members, whose platforms
  send no event for joining
-#}
{%- set steps = [
    ('message_delivered', 'messages', 'delivered_at', 'message_channel', 'staff_id', 'message_id', 'true'),
    ('message_opened', 'messages', 'opened_at', 'message_channel', 'staff_id', 'message_id', 'true'),
    ('message_clicked', 'messages', 'clicked_at', 'message_channel', 'staff_id', 'message_id', 'true'),
    ('message_replied', 'messages', 'replied_at', 'message_channel', 'staff_id', 'message_id', 'true'),
    ('add_friend', 'follows', 'added_at', 'source', 'staff_id', 'staff_id', follower),
    ('follow', 'follows', 'added_at', 'source', 'null', 'source', subscriber),
    ('join_group', 'group_memberships', 'joined_at', 'source', 'null', 'group_id', 'true'),
    ('register', 'customers', 'registered_at', 'source', 'null', 'customer_id', 'true'),
] %}
together as (
    select
        source,
        customer_id,
        event_type as touch,
        occurred_at as touched_at,
        channel,
        staff_id,
        object_type,
        object_id,
        duration_seconds,
        share_id,
        referred_customer_id,
        event_id as touch_id,
        known_at,
        superseded_at
    from {{ ref('events') }}
    {%- for touch, noun, step, channel, staff, touch_id, condition in steps %}
    union all
    select
        source,
        customer_id,
        '{{ touch }}' as touch,
        {{ step }} as touched_at,
        {{ channel }} as channel,
        {{ staff }} as staff_id,
        null as object_type,
        null as object_id,
        null as duration_seconds,
        null as share_id,
        null as referred_customer_id,
        {{ touch_id }} as touch_id,
        known_at,
        superseded_at
    from {{ ref(noun) }}
    where {{ step }} is not null and ({{ condition }})
    {%- endfor %}
),

owned as (
    select
        source_records.one_id,
        together.*,
        greatest(together.known_at, source_records.known_from) as owned_from,
        least(
            coalesce(together.superseded_at, source_records.known_to),
            coalesce(source_records.known_to, together.superseded_at)
        ) as owned_to
    from together
    inner join {{ ref('source_records') }} as source_records
        on together.source = source_records.source and together.customer_id = source_records.customer_id
)

select
    one_id,
    source,
    customer_id,
    touch,
    touch like 'message_%' and touch not in ('message_clicked', 'message_replied') as is_received_only,
    touched_at,
    {{ business_date('touched_at') }} as touched_date,
    cast({{ local_hour('touched_at') }} as bigint) as touched_hour,
    channel,
    staff_id,
    object_type,
    object_id,
    cast(duration_seconds as bigint) as duration_seconds,
    share_id,
    referred_customer_id,
    touch_id,
    owned_from as known_at,
    owned_to as superseded_at
from owned
where touched_at is not null and (owned_to is null or owned_to > owned_from)
