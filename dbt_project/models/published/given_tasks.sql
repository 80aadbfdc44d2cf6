-- One row per task that a member of staff may have been given: of the last plan of its date, or handed out from an
-- earlier one that was replaced since. What comes back of a task finds its person in either.
select
    task_id,
    one_id,
    message_channel
from {{ source('recall', 'tasks') }}
union
select
    task_id,
    one_id,
    message_channel
from {{ source('channels', 'activations') }}
where task_id is not null
