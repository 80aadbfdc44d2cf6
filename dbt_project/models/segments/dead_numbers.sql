-- One row per (as_of_date, one_id, message_channel) whose last message failed because the number cannot be reached.
with reasons as (
    select
        failure_reason,
        failed_channel,
        dead_channel
    from {{ ref('unreachable_reasons') }}
),

last_messages as (
    select
        known.as_of_date,
        customer_records.one_id,
        known.message_channel,
        known.failure_reason,
        row_number() over (
            partition by known.as_of_date, customer_records.one_id, known.message_channel
            order by known.sent_at desc, known.source asc, known.message_id asc
        ) as message_rank
    from {{ known_versions(ref('messages'), 'as_of') }} as known
    inner join {{ ref('customer_records') }} as customer_records
        on
            known.as_of_date = customer_records.as_of_date
            and known.source = customer_records.source
            and known.customer_id = customer_records.customer_id
    where known.sent_at < known.ends_at and known.message_channel in (select reasons.failed_channel from reasons)
)

select distinct
    last_messages.as_of_date,
    last_messages.one_id,
    reasons.dead_channel as message_channel
from last_messages
inner join reasons
    on last_messages.failure_reason = reasons.failure_reason and last_messages.message_channel = reasons.failed_channel
where last_messages.message_rank = 1
