{#-
  An owner is a member of staff at work whom the customer follows: nobody else may write to them.
-#}
select
    owners.as_of_date,
    owners.one_id,
    owners.owner_staff_id
from {{ ref('owners') }} as owners
left join {{ ref('staff_follows') }} as follows
    on
        owners.as_of_date = follows.as_of_date
        and owners.one_id = follows.one_id
        and owners.owner_staff_id = follows.staff_id
        and follows.is_active
        and not follows.has_left
where owners.owner_staff_id is not null and follows.staff_id is null
