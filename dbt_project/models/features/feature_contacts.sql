{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with a contact in 84 days: contacts received, answers, fatigue.
-- A step (opened, clicked ...) counts once it had happened by the end of the date.
with messages as (
    select
        messages.as_of_date,
        messages.person_key,
        families.family,
        {{ days_between('messages.contacted_date', 'messages.as_of_date') }} as days_ago,
        messages.opened_date <= messages.as_of_date as is_opened,
        messages.clicked_date <= messages.as_of_date as is_clicked,
        messages.replied_date <= messages.as_of_date as is_replied,
        messages.unsubscribed_date <= messages.as_of_date as is_unsubscribed
    from {{ states_at(ref('contacts'), 'feature') }} as messages
    left join {{ ref('channel_families') }} as families on messages.message_channel = families.channel
    where
        messages.person_key is not null
        and messages.contacted_date <= messages.as_of_date
        and messages.contacted_date > {{ add_days('messages.as_of_date', '-84') }}
)

select
    as_of_date,
    person_key,
    min(days_ago) as contact_recency_days,
    min(case when is_opened then days_ago end) as opened_recency_days,
    sum(case when days_ago < 7 then 1 else 0 end) as contacts_7d,
    sum(case when days_ago < 28 then 1 else 0 end) as contacts_28d,
    count(*) as contacts_84d,
    sum(case when days_ago < 28 and is_opened then 1 else 0 end) as opened_28d,
    sum(case when is_opened then 1 else 0 end) as opened_84d,
    sum(case when is_clicked then 1 else 0 end) as clicked_84d,
    sum(case when is_replied then 1 else 0 end) as replied_84d,
    sum(case when is_unsubscribed then 1 else 0 end) as unsubscribed_84d,
    sum(case when family = 'sms' then 1 else 0 end) as sms_84d,
    sum(case when family = 'wecom' then 1 else 0 end) as wecom_contacts_84d,
    sum(case when family = 'call' then 1 else 0 end) as calls_84d
from messages
group by as_of_date, person_key
