-- One row per (as_of_date, one_id, staff_id): who still follows whom, who deleted whom, and whether the member of
-- staff still works here. Whoever could not be written to because the friendship was gone, as staff or WeCom say of
-- an export, has deleted them by then.
with gone as (
    select
        reports.as_of_date,
        reports.one_id,
        reports.staff_id,
        max(reports.sent_at) as gone_at
    from {{ states_at(ref('contact_reports')) }} as reports
    inner join {{ ref('unreachable_reasons') }} as reasons
        on
            reports.failure_reason = reasons.failure_reason
            and reports.message_channel = reasons.failed_channel
            and reasons.dead_channel = 'wecom'
    where reports.export_id is not null and {{ business_date('reports.sent_at') }} <= reports.as_of_date
    group by reports.as_of_date, reports.one_id, reports.staff_id
),

friendships as (
    select
        as_of_date,
        one_id,
        staff_id,
        added_at,
        case when deleted_by_customer_date <= as_of_date then deleted_by_customer_at end as deleted_by_customer_at,
        case when deleted_by_staff_date <= as_of_date then deleted_by_staff_at end as deleted_by_staff_at
    from {{ states_at(ref('friendships')) }} as friendships
),

follows as (
    select
        friendships.as_of_date,
        friendships.one_id,
        friendships.staff_id,
        friendships.added_at,
        coalesce(friendships.deleted_by_customer_at, gone.gone_at) as deleted_by_customer_at,
        friendships.deleted_by_staff_at
    from friendships
    left join gone
        on
            friendships.as_of_date = gone.as_of_date
            and friendships.one_id = gone.one_id
            and friendships.staff_id = gone.staff_id
            and gone.gone_at >= friendships.added_at
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
