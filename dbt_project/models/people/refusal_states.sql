-- One row per suppression, unsubscribing or complaint, person and from_date: what they said, and what nobody may send
-- them, at the dates from from_date until before to_date, as known then; without a channel nothing at all. Who
-- unsubscribed by a number is whoever had the number at that moment, also where it was given to somebody else since; a
-- suppression is of whoever has it now. A complaint that came as an event refuses nothing.
with dated as (
    select
        kind,
        reason,
        is_complaint,
        message_channel,
        one_id,
        said_date,
        greatest(from_date, said_date, link_from_date) as from_date,
        least(to_date, revoked_date, link_to_date, case when kind = 'suppression' then valid_to_date end) as to_date
    from {{ ref('refusal_links') }}
    where kind <> 'unsubscribing' or was_theirs
)

select distinct
    kind,
    reason,
    is_complaint,
    message_channel,
    one_id,
    said_date,
    from_date,
    to_date
from dated
where to_date is null or to_date > from_date
