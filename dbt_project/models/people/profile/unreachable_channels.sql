-- One row per (as_of_date, one_id, message_channel) whose last message failed because the number cannot be reached, as
-- the platform or, of an exported task, staff told. That nothing was sent says nothing of the number.
with reasons as (
    select
        failure_reason,
        failed_channel,
        dead_channel
    from {{ ref('unreachable_reasons') }}
    where dead_channel <> 'wecom'
),

last_messages as (
    select
        as_of_date,
        customer_one_id as one_id,
        message_channel,
        failure_reason,
        row_number() over (
            partition by as_of_date, customer_one_id, message_channel
            order by sent_at desc, source asc, message_id asc
        ) as message_rank
    from {{ states_at(ref('contact_reports')) }} as messages
    where
        {{ business_date('sent_at') }} <= as_of_date
        and customer_one_id is not null
        and (is_message or arrived or failure_reason in (select reasons.failure_reason from reasons))
        and message_channel in (select reasons.failed_channel from reasons)
)

select distinct
    last_messages.as_of_date,
    last_messages.one_id,
    reasons.dead_channel as message_channel
from last_messages
inner join reasons
    on last_messages.failure_reason = reasons.failure_reason and last_messages.message_channel = reasons.failed_channel
where last_messages.message_rank = 1
