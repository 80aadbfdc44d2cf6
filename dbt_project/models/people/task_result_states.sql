-- One row per (task_id, from_date): what was reported of a task of the staff's, as known at the dates from from_date
-- until before to_date.
select
    task_id,
    staff_id,
    status,
    changed_at,
    {{ business_date('changed_at') }} as changed_date,
    note_code,
    counts_from as from_date,
    counts_to as to_date
from {{ ref('task_results') }}
where counts_to is null or counts_to > counts_from
