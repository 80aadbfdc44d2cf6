-- One row per (as_of_date, one_id, staff_id): who still follows whom, who deleted whom, and whether the member of staff
-- still works here.
with follows as (
    select
        known.as_of_date,
        customer_records.one_id,
        known.staff_id,
        known.added_at,
        {{ happened('known.deleted_by_customer_at') | replace('ends_at', 'known.ends_at') }} as deleted_by_customer_at,
        {{ happened('known.deleted_by_staff_at') | replace('ends_at', 'known.ends_at') }} as deleted_by_staff_at
    from {{ known_versions(ref('follows'), 'as_of') }} as known
    inner join {{ ref('customer_records') }} as customer_records
        on
            known.as_of_date = customer_records.as_of_date
            and known.source = customer_records.source
            and known.customer_id = customer_records.customer_id
    where known.staff_id is not null and known.source <> 'official_account' and known.added_at < known.ends_at
),

leavers as (
    select
        as_of_date,
        staff_id
    from {{ known_versions(ref('staff'), 'as_of') }} as known
    where left_at < ends_at or not coalesce(is_active, true)
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
