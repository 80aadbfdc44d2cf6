-- One row per (source, kind, touch_id, touch, from_date): something between a customer and the brand as it stood from
-- from_date until before to_date, and whose it was (nobody's: a visitor without an account). The customer's own
-- actions, and the steps of messages the brand sent: delivered is when one reached them, also where its channel never
-- tells that. Lists of friends and members, whose platforms send no event for joining.
{%- set follower = "staff_id is not null and source <> 'official_account'" %}
{%- set subscriber = "staff_id is null or source = 'official_account'" %}
{%- set registers = "source not in (select subscribers.source from subscribers)" %}
{#- touch, kind, noun, step, channel, staff, id, condition -#}
{%- set steps = [
    ('message_delivered', 'message', 'named_messages', 'reached_at', 'message_channel', 'staff_id', 'message_id', none),
    ('message_opened', 'message', 'named_messages', 'opened_at', 'message_channel', 'staff_id', 'message_id', none),
    ('message_clicked', 'message', 'named_messages', 'clicked_at', 'message_channel', 'staff_id', 'message_id', none),
    ('message_replied', 'message', 'named_messages', 'replied_at', 'message_channel', 'staff_id', 'message_id', none),
    ('add_friend', 'follow', 'follows', 'added_at', 'source', 'staff_id', 'staff_id', follower),
    ('follow', 'follow', 'follows', 'added_at', 'source', 'null', 'source', subscriber),
    ('join_group', 'membership', 'group_memberships', 'joined_at', 'source', 'null', 'group_id', none),
    ('register', 'registration', 'customers', 'registered_at', 'source', 'null', 'customer_id', registers),
] %}
with subscribers as (
    select source
    from {{ ref('sources') }}
    where begins_by = 'subscribing'
),

received as (
    select touch
    from {{ ref('touch_types') }}
    where is_received_only
),

happenings as (
    select
        source,
        customer_id,
        anonymous_id,
        device_id,
        'event' as kind,
        event_type as touch,
        occurred_at as touched_at,
        channel,
        staff_id,
        campaign_id,
        object_type,
        object_id,
        duration_seconds,
        share_id,
        referred_customer_id,
        group_id,
        parent_event_id as parent_id,
        event_id as touch_id,
        greatest(counts_from, {{ business_date('occurred_at') }}) as counts_from,
        counts_to
    from {{ ref('events') }}
    where occurred_at is not null
    {%- for touch, kind, noun, step, channel, staff, touch_id, condition in steps %}
    union all
    select
        source,
        customer_id,
        null as anonymous_id,
        null as device_id,
        '{{ kind }}' as kind,
        '{{ touch }}' as touch,
        {{ step }} as touched_at,
        {{ channel }} as channel,
        {{ staff }} as staff_id,
        null as campaign_id,
        null as object_type,
        null as object_id,
        null as duration_seconds,
        null as share_id,
        null as referred_customer_id,
        null as group_id,
        null as parent_id,
        {{ touch_id }} as touch_id,
        greatest(counts_from, {{ business_date(step) }}) as counts_from,
        counts_to
    from {{ ref(noun) }}
    where {{ step }} is not null{{ ' and (' ~ condition ~ ')' if condition }}
    {%- endfor %}
)

select
    one_id,
    person_key,
    is_test,
    source,
    customer_id,
    anonymous_id,
    device_id,
    kind,
    touch,
    touch in (select received.touch from received) as is_received_only,
    touched_at,
    {{ business_date('touched_at') }} as touched_date,
    cast({{ local_hour('touched_at') }} as bigint) as touched_hour,
    channel,
    staff_id,
    campaign_id,
    object_type,
    object_id,
    cast(duration_seconds as bigint) as duration_seconds,
    share_id,
    referred_customer_id,
    group_id,
    parent_id,
    touch_id,
    from_date,
    to_date
from {{ owned('happenings', keeps_nobodys=true) }} as states
