-- One row per (source, customer_id, scene_id, granted_at, from_date): messages of a scene that somebody subscribed to,
-- as known from from_date until before to_date, and whose they were.
with message_subscriptions as (
    select
        source,
        customer_id,
        scene_id,
        granted_count,
        granted_at,
        {{ business_date('granted_at') }} as granted_date,
        counts_from,
        counts_to
    from {{ ref('message_subscriptions') }}
)

select
    one_id,
    person_key,
    source,
    customer_id,
    scene_id,
    granted_count,
    granted_at,
    granted_date,
    from_date,
    to_date
from {{ owned('message_subscriptions') }} as states
