-- One row per (staff_id, from_date): a member of staff at the dates from from_date until before to_date. Has left: whose
-- last day has come, or who is marked inactive.
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

halves as (
    select
        versions.*,
        not is_active as has_left,
        counts_from as from_date,
        least(counts_to, left_date) as to_date
    from versions
    union all
    select
        versions.*,
        true as has_left,
        greatest(counts_from, left_date) as from_date,
        counts_to as to_date
    from versions
    where left_date is not null
)

select
    staff_id,
    store_id,
    role,
    daily_message_capacity,
    daily_call_capacity,
    is_active,
    left_date,
    has_left,
    from_date,
    to_date
from halves
where to_date is null or to_date > from_date
