{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with an own action in 84 days, by kind and by channel. Receiving is no action.
with events as (
    select
        as_of_date,
        person_key,
        touch as event_type,
        coalesce(channel, source) as channel,
        touched_date as event_date,
        {{ days_between('touched_date', 'as_of_date') }} as days_ago
    from {{ states_at(ref('interaction_states'), 'feature') }} as interactions
    where kind = 'event' and person_key is not null and touched_date > {{ add_days('as_of_date', '-84') }}
)

select
    as_of_date,
    person_key,
    min(days_ago) as activity_recency_days,
    count(*) as events_84d,
    sum(case when days_ago < 28 then 1 else 0 end) as events_28d,
    sum(case when days_ago < 7 then 1 else 0 end) as events_7d,
    count(distinct case when days_ago < 28 then event_date end) as active_days_28d,
    count(distinct event_date) as active_days_84d,
    sum(case when event_type in ('view', 'visit') and days_ago < 28 then 1 else 0 end) as views_28d,
    sum(case when event_type in ('search', 'add_to_cart', 'favourite') and days_ago < 28 then 1 else 0 end)
        as intent_events_28d,
    sum(case when event_type = 'add_to_cart' and days_ago < 14 then 1 else 0 end) as carts_14d,
    sum(case when event_type in ('speak', 'ask_service', 'comment', 'review') and days_ago < 28 then 1 else 0 end)
        as conversations_28d,
    sum(case when event_type = 'complain' then 1 else 0 end) as complaints_84d,
    sum(case when event_type in ('share', 'like', 'refer') then 1 else 0 end) as shares_84d,
    sum(case when channel = 'app' and days_ago < 28 then 1 else 0 end) as app_events_28d,
    sum(case when channel = 'mini_program' and days_ago < 28 then 1 else 0 end) as mini_program_events_28d,
    sum(case when channel in ('wecom', 'wecom_group') and days_ago < 28 then 1 else 0 end) as wecom_events_28d,
    sum(case when channel = 'official_account' and days_ago < 28 then 1 else 0 end) as official_account_events_28d
from events
group by as_of_date, person_key
