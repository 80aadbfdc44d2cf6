{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with an own action in 84 days, by kind and by channel. Receiving is no action.
with events as (
    select
        interactions.as_of_date,
        interactions.person_key,
        interactions.touch,
        types.feature_group,
        families.family,
        interactions.touched_date as event_date,
        {{ days_between('interactions.touched_date', 'interactions.as_of_date') }} as days_ago
    from {{ states_at(ref('interaction_states'), 'feature') }} as interactions
    left join {{ ref('touch_types') }} as types on interactions.touch = types.touch
    left join {{ ref('channel_families') }} as families
        on coalesce(interactions.channel, interactions.source) = families.channel
    where
        interactions.kind = 'event'
        and interactions.person_key is not null
        and interactions.touched_date > {{ add_days('interactions.as_of_date', '-84') }}
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
    sum(case when feature_group = 'view' and days_ago < 28 then 1 else 0 end) as views_28d,
    sum(case when feature_group = 'intent' and days_ago < 28 then 1 else 0 end) as intent_events_28d,
    sum(case when touch = 'add_to_cart' and days_ago < 14 then 1 else 0 end) as carts_14d,
    sum(case when feature_group = 'conversation' and days_ago < 28 then 1 else 0 end) as conversations_28d,
    sum(case when feature_group = 'complaint' then 1 else 0 end) as complaints_84d,
    sum(case when feature_group = 'sharing' then 1 else 0 end) as shares_84d,
    sum(case when family = 'app' and days_ago < 28 then 1 else 0 end) as app_events_28d,
    sum(case when family = 'mini_program' and days_ago < 28 then 1 else 0 end) as mini_program_events_28d,
    sum(case when family = 'wecom' and days_ago < 28 then 1 else 0 end) as wecom_events_28d,
    sum(case when family = 'official_account' and days_ago < 28 then 1 else 0 end) as official_account_events_28d
from events
group by as_of_date, person_key
