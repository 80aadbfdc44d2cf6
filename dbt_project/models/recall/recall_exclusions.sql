-- One row per (as_of_date, one_id) with a limit or a service consent: suppressions and unsubscribings known by the
-- date, open refunds and complaints. Publishing checks suppression and consent again, last, with what is known then.
-- Who unsubscribed from a message is written to through another channel, or not at all: left to the last check alone,
-- their plan would take money and a place in somebody's day.
with refusals as (
    select
        as_of_date,
        one_id,
        kind,
        message_channel,
        is_complaint and {{ days_between('said_date', 'as_of_date') }} < {{ recall_number('complaint_days') }}
            as is_open_complaint
    from {{ states_at(ref('refusal_states')) }} as states
),

services as (
    select
        as_of_date,
        one_id,
        message_channel
    from {{ ref('consents_in_force') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }} and reading = 'as_known' and purpose = 'service'
),

open_refunds as (
    select distinct
        as_of_date,
        one_id
    from {{ states_at(ref('refund_states')) }} as states
    where stage = 'open'
),

facts as (
    select
        as_of_date,
        one_id,
        case when kind = 'suppression' and message_channel is null then 1 else 0 end as suppressed,
        message_channel as suppressed_channel,
        cast(null as varchar) as service_channel,
        0 as refund,
        case when is_open_complaint then 1 else 0 end as complaint
    from refusals
    where kind <> 'complaint' or is_open_complaint
    union all
    select as_of_date, one_id, 0, null, message_channel, 0, 0
    from services
    union all
    select as_of_date, one_id, 0, null, null, 1, 0
    from open_refunds
)

select
    as_of_date,
    one_id,
    max(suppressed) = 1 as is_suppressed,
    {{ sorted_list('suppressed_channel') }} as suppressed_channels,
    {{ sorted_list('service_channel') }} as service_channels,
    max(refund) = 1 as has_open_refund,
    max(complaint) = 1 as has_open_complaint
from facts
group by as_of_date, one_id
