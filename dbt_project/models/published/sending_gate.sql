-- One row: how many refusals could not be read that name nobody, and whether anybody's name may leave. Whose refusal
-- it was is not known, so while one is open nobody is in the audience, the tasks or the general list, whatever the
-- date: as it stands at publish. One that names somebody counts for them at its widest instead. `siyu refusals` lists
-- them.
select
    cast(count(*) as bigint) as unread_refusals,
    count(*) = 0 as is_open
from {{ source('channels', 'unread_refusals') }}
where accepted_at is null and not coalesce(is_read_widely, false)
