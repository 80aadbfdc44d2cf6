-- One row per contact of a member of staff with a person as known at a reading: a message of theirs that arrived, or a
-- task they reported as sent. A task whose message the platform reported as well is one contact, the message's. Of a
-- task nobody knows when on its day it was sent: sent_at is a message's alone.
with messages as (
    select
        as_of_date as reading_date,
        staff_id,
        customer_one_id as one_id,
        contacted_at as sent_at,
        contacted_date as sent_date,
        case when replied_date <= as_of_date then replied_date end as replied_date
    from {{ states_at(ref('contacts'), 'kpi') }} as states
    where
        staff_id is not null
        and is_message
        and is_test is not true
        and contacted_date <= as_of_date
        and greatest(contacted_date, replied_date)
        >= {{ add_days('as_of_date', '-' ~ ((var('restate_days') | int) + 7)) }}
),

tasks as (
    select
        results.as_of_date as reading_date,
        results.staff_id,
        tasks.one_id,
        results.changed_date as sent_date,
        case when statuses.is_reply then results.changed_date end as replied_date
    from {{ states_at(ref('task_result_states'), 'kpi') }} as results
    inner join {{ ref('task_statuses') }} as statuses on results.status = statuses.status
    left join {{ source('recall', 'tasks') }} as tasks on results.task_id = tasks.task_id
    where statuses.is_sent and results.changed_date <= results.as_of_date
),

reported as (
    select
        reading_date,
        staff_id,
        one_id,
        sent_date,
        count(replied_date) > 0 as is_answered
    from messages
    group by reading_date, staff_id, one_id, sent_date
)

select
    reading_date,
    staff_id,
    one_id,
    sent_at,
    sent_date,
    replied_date
from messages
union all
select
    tasks.reading_date,
    tasks.staff_id,
    tasks.one_id,
    cast(null as timestamp) as sent_at,
    case when reported.one_id is null then tasks.sent_date end as sent_date,
    case when not coalesce(reported.is_answered, false) then tasks.replied_date end as replied_date
from tasks
left join reported
    on
        tasks.reading_date = reported.reading_date
        and tasks.staff_id = reported.staff_id
        and tasks.one_id = reported.one_id
        and tasks.sent_date = reported.sent_date
