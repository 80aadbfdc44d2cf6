-- One row per (as_of_date, one_id) with an own action or an order lately: the channel and the local hour it mostly
-- happens in. Ties go to the later, then to the name.
with actions as (
    select
        as_of_date,
        one_id,
        channel,
        touched_hour as action_hour,
        touched_at as action_at
    from {{ ref('interactions') }}
    where
        {{ among_dates('as_of_date', dates_of('segment')) }}
        and not is_received_only
        and touch <> 'register'
        and age_days < {{ segment_number('preference_days') }}
    union all
    select
        orders.as_of_date,
        orders.one_id,
        orders.channel,
        orders.order_hour as action_hour,
        orders.ordered_at as action_at
    from {{ ref('paid_orders') }} as orders
    where
        {{ among_dates('orders.as_of_date', dates_of('segment')) }}
        and orders.age_days < {{ segment_number('preference_days') }}
),

counted as (
    select
        as_of_date,
        one_id,
        channel,
        action_hour,
        count(*) as action_count,
        max(action_at) as last_at
    from actions
    group by as_of_date, one_id, channel, action_hour
),

channels as (
    select
        as_of_date,
        one_id,
        channel,
        row_number() over (
            partition by as_of_date, one_id
            order by sum(action_count) desc, max(last_at) desc, channel asc
        ) as preference
    from counted
    where channel is not null
    group by as_of_date, one_id, channel
),

hours as (
    select
        as_of_date,
        one_id,
        action_hour,
        row_number() over (
            partition by as_of_date, one_id
            order by sum(action_count) desc, max(last_at) desc, action_hour asc
        ) as preference
    from counted
    group by as_of_date, one_id, action_hour
)

select
    hours.as_of_date,
    hours.one_id,
    channels.channel as preferred_channel,
    cast(hours.action_hour as bigint) as preferred_hour
from hours
left join channels
    on hours.as_of_date = channels.as_of_date and hours.one_id = channels.one_id and channels.preference = 1
where hours.preference = 1
