-- One row per (as_of_date, one_id) that an unrevoked suppression calls a test account or one of our own staff.
select
    as_of_date,
    one_id,
    max(case when reason = 'test' then 1 else 0 end) = 1 as is_test,
    max(case when reason = 'staff' then 1 else 0 end) = 1 as is_staff
from {{ states_at(ref('refusal_states')) }} as refusals
where kind = 'suppression' and reason in ('test', 'staff')
group by as_of_date, one_id
