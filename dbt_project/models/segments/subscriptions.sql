-- One row per (as_of_date, one_id) that ever subscribed to an official account: whether any account still has them.
with steps as (
    -- The platform's list of subscribers, where it comes as follows without a member of staff.
    select
        source,
        customer_id,
        staff_id,
        added_at as step_at,
        true as is_subscribed,
        known_at,
        superseded_at
    from {{ ref('follows') }}
    where staff_id is null or source = 'official_account'
    union all
    select
        source,
        customer_id,
        staff_id,
        coalesce(deleted_by_customer_at, deleted_by_staff_at) as step_at,
        false as is_subscribed,
        known_at,
        superseded_at
    from {{ ref('follows') }}
    where
        (staff_id is null or source = 'official_account')
        and coalesce(deleted_by_customer_at, deleted_by_staff_at) is not null
    union all
    select
        source,
        customer_id,
        staff_id,
        occurred_at as step_at,
        event_type = 'follow' as is_subscribed,
        known_at,
        superseded_at
    from {{ ref('events') }}
    where event_type in ('follow', 'unfollow') and coalesce(channel, source) = 'official_account'
),

last_steps as (
    select
        as_of_date,
        source,
        customer_id,
        is_subscribed,
        row_number() over (
            partition by as_of_date, source, customer_id
            order by step_at desc, is_subscribed asc
        ) as step_rank
    from {{ known_versions('steps', 'as_of') }} as known
    where step_at < ends_at
)

select
    last_steps.as_of_date,
    customer_records.one_id,
    max(case when last_steps.is_subscribed then 1 else 0 end) = 1 as is_subscribed
from last_steps
inner join {{ ref('customer_records') }} as customer_records
    on
        last_steps.as_of_date = customer_records.as_of_date
        and last_steps.source = customer_records.source
        and last_steps.customer_id = customer_records.customer_id
where last_steps.step_rank = 1
group by last_steps.as_of_date, customer_records.one_id
