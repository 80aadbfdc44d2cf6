-- Only tasks whose plan survived the last check.
select
    tasks.task_id,
    cast(tasks.as_of_date as date) as as_of_date,
    tasks.audience_id,
    tasks.one_id,
    tasks.staff_id,
    tasks.store_id,
    tasks.message_channel,
    cast(tasks.priority as bigint) as priority,
    {{ instant('tasks.send_after_at') }} as send_after_at,
    {{ instant('tasks.send_before_at') }} as send_before_at,
    tasks.template_id,
    tasks.template_variables,
    tasks.offer_id,
    tasks.offer_words,
    tasks.why,
    tasks.talking_point_1,
    tasks.talking_point_2,
    tasks.do_not_say,
    {{ published_list('tasks.stop_if') }} as stop_if,
    tasks.fallback_channel,
    cast(null as varchar) as recipient_token,
    cast(tasks.expected_net_p50_fen as bigint) as expected_net_p50_fen
from {{ source('recall', 'tasks') }} as tasks
inner join {{ ref('published_recall_audience') }} as audience
    on
        tasks.as_of_date = audience.as_of_date
        and tasks.one_id = audience.one_id
        and tasks.audience_id = audience.audience_id
        and tasks.message_channel = audience.message_channel
inner join {{ run_dates('as_of') }} as dates
    on tasks.as_of_date = dates.as_of_date
