-- One row per (one_id, message_channel) that staff reported as refused, as it stands now and whatever the date: a task
-- that was refused silences its own channel, and whoever asked not to be contacted gets nothing at all (no channel).
-- The task names the id of its day: it holds for the person who has that id among theirs, and for all of those.
with told as (
    select
        tasks.one_id,
        case when statuses.refuses = 'channel' then tasks.message_channel end as message_channel
    from {{ ref('task_result_states') }} as results
    inner join {{ ref('task_statuses') }} as statuses on results.status = statuses.status
    inner join {{ source('recall', 'tasks') }} as tasks on results.task_id = tasks.task_id
    where statuses.refuses is not null and results.to_date is null
),

persons as (
    select
        one_id,
        message_channel
    from told
    union
    select
        ancestry.one_id,
        told.message_channel
    from told
    inner join {{ ref('ancestry') }} as ancestry on told.one_id = ancestry.ancestor_one_id
)

select
    one_id,
    message_channel
from persons
union
select
    ancestry.ancestor_one_id as one_id,
    persons.message_channel
from persons
inner join {{ ref('ancestry') }} as ancestry on persons.one_id = ancestry.one_id
