-- One row per task whose newest result says that somebody refused: the channel of the task, or everything.
select
    results.task_id,
    statuses.refuses,
    results.file_id,
    results.line
from {{ ref('task_results') }} as results
inner join {{ ref('task_statuses') }} as statuses on results.status = statuses.status
where results.superseded_at is null and statuses.refuses is not null
