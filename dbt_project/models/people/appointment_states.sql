-- One row per (source, appointment_id, from_date): an appointment as it stood from from_date until before to_date, and
-- whose it was.
with appointments as (
    select
        source,
        appointment_id,
        customer_id,
        kind,
        starts_at,
        {{ business_date('starts_at') }} as start_date,
        status,
        staff_id,
        counts_from,
        counts_to
    from {{ ref('appointments') }}
    where starts_at is not null
)

select
    one_id,
    person_key,
    source,
    appointment_id,
    customer_id,
    kind,
    starts_at,
    start_date,
    status,
    staff_id,
    from_date,
    to_date
from {{ owned('appointments') }} as states
