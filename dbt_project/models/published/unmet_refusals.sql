-- One row per refusal that meets nobody, as it stands now: a number that no record has, an id or a scope of another
-- spelling, a task that was never given out. It is read and in force, and yet silences nobody: somebody has to look
-- at it.
with unmet as (
    select
        message_channel,
        file_id,
        line
    from {{ ref('unmet_words') }}
    union all
    select
        cast(null as varchar) as message_channel,
        said.file_id,
        said.line
    from {{ ref('task_refusals_said') }} as said
    left join {{ ref('given_tasks') }} as tasks on said.task_id = tasks.task_id
    where tasks.task_id is null
    union all
    select
        cast(null as varchar) as message_channel,
        widest.file_id,
        widest.line
    from {{ source('channels', 'widest_refusals') }} as widest
    left join {{ ref('given_tasks') }} as tasks on widest.id_token = tasks.task_id
    where widest.id_type = 'task_id' and widest.ended_at is null and tasks.task_id is null
),

files as (
    select
        file_id,
        min(concat(channel, '/', dataset, '/', file_name)) as place
    from {{ source('channels', 'ledger') }}
    where status = 'loaded'
    group by file_id
)

select
    coalesce(unmet.message_channel, 'all') as message_channel,
    files.place,
    unmet.line
from unmet
left join files on unmet.file_id = files.file_id
