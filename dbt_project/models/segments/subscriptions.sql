-- One row per (as_of_date, one_id) that ever subscribed to an official account: whether any account still has them.
with steps as (
    -- The platform's list of subscribers, where it comes as follows without a member of staff.
    select
        as_of_date,
        one_id,
        source,
        customer_id,
        added_at as step_at,
        true as is_subscribed
    from {{ states_at(ref('subscription_states')) }} as subscriptions
    union all
    select
        as_of_date,
        one_id,
        source,
        customer_id,
        coalesce(deleted_by_customer_at, deleted_by_staff_at) as step_at,
        false as is_subscribed
    from {{ states_at(ref('subscription_states')) }} as subscriptions
    where coalesce(deleted_by_customer_date, deleted_by_staff_date) <= as_of_date
    union all
    select
        as_of_date,
        one_id,
        source,
        customer_id,
        touched_at as step_at,
        touch = 'follow' as is_subscribed
    from {{ states_at(ref('interaction_states')) }} as touches
    where
        kind = 'event'
        and one_id is not null
        and touch in ('follow', 'unfollow')
        and coalesce(channel, source) = 'official_account'
),

last_steps as (
    select
        as_of_date,
        one_id,
        is_subscribed,
        row_number() over (
            partition by as_of_date, source, customer_id
            order by step_at desc, is_subscribed asc
        ) as step_rank
    from steps
)

select
    as_of_date,
    one_id,
    max(case when is_subscribed then 1 else 0 end) = 1 as is_subscribed
from last_steps
where step_rank = 1
group by as_of_date, one_id
