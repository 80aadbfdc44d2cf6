-- One row per (staff_id, from_date): a member of staff as known from from_date until before to_date. Who left did so on
-- left_date; who is inactive without a date has left as well.
with versions as (
    select
        staff_id,
        store_id,
        role,
        daily_message_capacity,
        daily_call_capacity,
        coalesce(is_active, true) as is_active,
        {{ business_date('left_at') }} as left_date,
        counts_from,
        counts_to
    from {{ ref('staff') }}
),

spans as (
    select
        staff_id,
        store_id,
        role,
        daily_message_capacity,
        daily_call_capacity,
        not is_active and left_date is null as has_left,
        cast(null as date) as left_date,
        counts_from as from_date,
        least(counts_to, left_date) as to_date
    from versions
    union all
    select
        staff_id,
        store_id,
        role,
        daily_message_capacity,
        daily_call_capacity,
        true as has_left,
        left_date,
        greatest(counts_from, left_date) as from_date,
        counts_to as to_date
    from versions
    where left_date is not null
)

select
    staff_id,
    store_id,
    role,
    has_left,
    left_date,
    daily_message_capacity,
    daily_call_capacity,
    from_date,
    to_date
from spans
where to_date is null or to_date > from_date
