-- One row per task whose newest result says that somebody refused: the channel of the task, or everything. A result
-- that says so and cannot be read refuses everything until it is corrected.
select
    results.task_id,
    statuses.refuses,
    results.file_id,
    results.line
from {{ ref('task_results') }} as results
inner join {{ ref('task_statuses') }} as statuses on results.status = statuses.status
where results.superseded_at is null and statuses.refuses is not null
union all
select
    id_token as task_id,
    'all' as refuses,
    file_id,
    line
from {{ source('channels', 'widest_refusals') }}
where id_type = 'task_id' and ended_at is null
