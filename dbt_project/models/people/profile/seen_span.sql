-- One row per (as_of_date, one_id): since when, until when and through which channels the customer has been seen. What
-- the brand sent is no sighting.
with seen as (
    select
        as_of_date,
        one_id,
        channel,
        touched_at as seen_at
    from {{ states_at(ref('interaction_states')) }} as interactions
    where one_id is not null and not is_received_only
    union all
    select
        as_of_date,
        one_id,
        channel,
        ordered_at as seen_at
    from {{ states_at(ref('placed_orders')) }} as orders
),

by_channel as (
    select
        as_of_date,
        one_id,
        channel,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at
    from seen
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
