-- One row per (one_id, message_channel) that staff reported as refused, as it stands now and whatever the date: a task
-- that was refused silences its own channel, and whoever asked not to be contacted gets nothing at all (no channel).
-- The task names the id of its day: it holds for the person who has that id among theirs, and for all of those.
with told as (
    select
        tasks.one_id,
        case when said.refuses = 'channel' then tasks.message_channel end as message_channel
    from {{ ref('task_refusals_said') }} as said
    inner join {{ ref('given_tasks') }} as tasks on said.task_id = tasks.task_id
    union all
    -- a result that says so and could not be read: everything, until it is delivered again
    select
        tasks.one_id,
        cast(null as varchar) as message_channel
    from {{ source('channels', 'widest_refusals') }} as widest
    inner join {{ ref('given_tasks') }} as tasks on widest.id_token = tasks.task_id
    where widest.id_type = 'task_id' and widest.ended_at is null
)

select
    one_id,
    message_channel
from told
union
select
    kin.kin_one_id as one_id,
    told.message_channel
from told
inner join {{ ref('id_kin') }} as kin on told.one_id = kin.one_id
