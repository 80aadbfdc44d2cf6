-- One row per (as_of_date, source, customer_id) that ever subscribed to an official account, and whose it is: whether
-- the account still has them.
with steps as (
    -- The platform's list of subscribers.
    {%- for step_at, step_date, is_subscribed in [
        ('added_at', 'added_date', 'true'),
        (
            'coalesce(deleted_by_customer_at, deleted_by_staff_at)',
            'coalesce(deleted_by_customer_date, deleted_by_staff_date)',
            'false',
        ),
    ] %}
    select
        one_id,
        source,
        customer_id,
        {{ step_at }} as step_at,
        {{ step_date }} as step_date,
        {{ is_subscribed }} as is_subscribed,
        from_date,
        to_date
    from {{ ref('subscription_states') }}
    union all
    {%- endfor %}
    select
        one_id,
        source,
        customer_id,
        touched_at as step_at,
        touched_date as step_date,
        touch = 'follow' as is_subscribed,
        from_date,
        to_date
    from {{ ref('interaction_states') }}
    where
        one_id is not null
        and kind = 'event'
        and touch in ('follow', 'unfollow')
        and coalesce(channel, source) = 'official_account'
),

last_steps as (
    select
        as_of_date,
        one_id,
        source,
        customer_id,
        is_subscribed,
        row_number() over (
            partition by as_of_date, source, customer_id
            order by step_at desc, is_subscribed asc
        ) as step_rank
    from {{ states_at('steps') }} as steps
    where step_date <= as_of_date
)

select
    as_of_date,
    one_id,
    source,
    customer_id,
    is_subscribed
from last_steps
where step_rank = 1
