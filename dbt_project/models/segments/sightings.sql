-- One row per (as_of_date, one_id): since when, until when and through which channels the customer has been seen. What
-- the brand sent is no sighting.
with seen as (
    select
        one_id,
        channel,
        touched_at as seen_at,
        known_at,
        superseded_at
    from {{ ref('touch_versions') }}
    where not is_received_only
    union all
    select
        one_id,
        channel,
        ordered_at as seen_at,
        known_at,
        superseded_at
    from {{ ref('order_versions') }}
),

by_channel as (
    select
        as_of_date,
        one_id,
        channel,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at
    from {{ known_versions('seen', 'as_of') }} as known
    where seen_at < ends_at
    group by as_of_date, one_id, channel
)

select
    as_of_date,
    one_id,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    {{ sorted_list('channel') }} as channels
from by_channel
group by as_of_date, one_id
