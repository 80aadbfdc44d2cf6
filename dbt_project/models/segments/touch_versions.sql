-- One row per version of a touch between a customer and the brand and one_id it was known under: the customer's own
-- actions, and the steps of messages the brand sent. Joined to identity once, before the dates.
{{ config(materialized='table') }}

with event_touches as (
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
),

{%- set steps = {'message_delivered': 'delivered_at', 'message_opened': 'opened_at', 'message_clicked': 'clicked_at', 'message_replied': 'replied_at'} %}
message_touches as (
    {%- for touch, step in steps.items() %}
    select
        source,
        customer_id,
        '{{ touch }}' as touch,
        {{ step }} as touched_at,
        message_channel as channel,
        staff_id,
        message_id as touch_id,
        known_at,
        superseded_at
    from {{ ref('messages') }}
    where {{ step }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Platforms that keep a list of friends or members send no event for joining it.
list_touches as (
    select source, customer_id, 'add_friend' as touch, added_at as touched_at, source as channel, staff_id, staff_id as touch_id, known_at, superseded_at
    from {{ ref('follows') }}
    where staff_id is not null and source <> 'official_account'
    union all
    select source, customer_id, 'follow' as touch, added_at as touched_at, source as channel, null as staff_id, source as touch_id, known_at, superseded_at
    from {{ ref('follows') }}
    where staff_id is null or source = 'official_account'
    union all
    select source, customer_id, 'join_group' as touch, joined_at as touched_at, source as channel, null as staff_id, group_id as touch_id, known_at, superseded_at
    from {{ ref('group_memberships') }}
    union all
    select source, customer_id, 'register' as touch, registered_at as touched_at, source as channel, null as staff_id, customer_id as touch_id, known_at, superseded_at
    from {{ ref('customers') }}
    where registered_at is not null
),

together as (
    select * from event_touches
    {%- for part in ['message_touches', 'list_touches'] %}
    union all
    select
        source, customer_id, touch, touched_at, channel, staff_id, null as object_type, null as object_id,
        null as duration_seconds, null as share_id, null as referred_customer_id, touch_id, known_at, superseded_at
    from {{ part }}
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
