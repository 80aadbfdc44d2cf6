{{ config(materialized='view') }}
-- One row per (as_of_date, message_channel) whose exports should have been told of by the morning after the date: of
-- the newest days that went out at least receipts_due_days before that morning and hold receipts_least_rows rows
-- together, how many went out and how many came back, as it stands now. Whatever lands of a recipient is a receipt:
-- delivered, failed, clicked, a task's result. What was taken back need not come back. A channel of which too few come
-- back is silent; one that does not tell of each recipient by its nature (tells_each of the seed message_channels) is
-- so only once anything came back of it. The service desk's list counts for no channel: whom it awaits nobody pushes.
with exported as (
    select
        sent.export_id,
        sent.recipient_token,
        sent.message_channel,
        {{ business_date('sent.exported_at') }} as exported_date
    from {{ source('channels', 'activations') }} as sent
    left join {{ source('channels', 'withdrawals') }} as withdrawn
        on
            sent.export_id = withdrawn.export_id
            and (withdrawn.recipient_token is null or sent.recipient_token = withdrawn.recipient_token)
    where withdrawn.export_id is null and coalesce(sent.list_name, '') <> 'desk'
),

told as (
    select distinct
        export_id,
        recipient_token
    from {{ ref('contact_reports') }}
    where to_date is null
),

days as (
    select
        exported.message_channel,
        exported.exported_date,
        count(*) as rows_out,
        count(told.export_id) as rows_told
    from exported
    left join told on exported.export_id = told.export_id and exported.recipient_token = told.recipient_token
    group by exported.message_channel, exported.exported_date
),

due as (
    select
        dates.as_of_date,
        days.message_channel,
        days.exported_date,
        days.rows_out,
        days.rows_told,
        max(days.rows_told) over (partition by dates.as_of_date, days.message_channel) > 0 as has_ever_told,
        sum(days.rows_out) over (
            partition by dates.as_of_date, days.message_channel
            order by days.exported_date desc
        ) - days.rows_out as rows_since
    from {{ run_dates('as_of') }} as dates
    cross join days
    where {{ days_between('days.exported_date', 'dates.as_of_date') }} + 1 >= {{ recall_number('receipts_due_days') }}
)

select
    due.as_of_date,
    due.message_channel,
    min(due.exported_date) as first_exported_date,
    max(due.exported_date) as last_exported_date,
    cast(sum(due.rows_out) as bigint) as rows_out,
    cast(sum(due.rows_told) as bigint) as rows_told,
    (channels.tells_each or due.has_ever_told)
    and sum(due.rows_out) >= {{ recall_number('receipts_least_rows') }}
    and sum(due.rows_told) < sum(due.rows_out) * {{ recall_number('receipts_least_share') }} as is_silent
from due
inner join {{ ref('message_channels') }} as channels on due.message_channel = channels.message_channel
where due.rows_since < {{ recall_number('receipts_least_rows') }}
group by due.as_of_date, due.message_channel, channels.tells_each, due.has_ever_told
