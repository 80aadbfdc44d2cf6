-- One row per (as_of_date, one_id, staff_id): who still follows whom, who deleted whom, and whether the member of staff
-- still works here.
with follows as (
    select
        as_of_date,
        one_id,
        staff_id,
        added_at,
        case when deleted_by_customer_date <= as_of_date then deleted_by_customer_at end as deleted_by_customer_at,
        case when deleted_by_staff_date <= as_of_date then deleted_by_staff_at end as deleted_by_staff_at
    from {{ states_at(ref('friendships')) }} as friendships
),

leavers as (
    select
        as_of_date,
        staff_id
    from {{ states_at(ref('staff_states')) }} as staff
    where has_left
)

select
    follows.as_of_date,
    follows.one_id,
    follows.staff_id,
    min(follows.added_at) as added_at,
    max(follows.deleted_by_customer_at) as deleted_by_customer_at,
    max(case when follows.deleted_by_customer_at is null and follows.deleted_by_staff_at is null then 1 else 0 end)
    = 1 as is_active,
    max(case when leavers.staff_id is not null then 1 else 0 end) = 1 as has_left
from follows
left join leavers on follows.as_of_date = leavers.as_of_date and follows.staff_id = leavers.staff_id
group by follows.as_of_date, follows.one_id, follows.staff_id
