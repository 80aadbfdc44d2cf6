-- Where the members of staff belong; their names stay in the vault.
select
    members.staff_id,
    members.as_of_date,
    members.store_id,
    members.role,
    not members.has_left as is_at_work
from {{ states_at(ref('staff_states')) }} as members
