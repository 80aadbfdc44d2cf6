{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with a message sent in 84 days: contacts received, answers, fatigue.
-- A step (opened, clicked ...) counts once it had happened by the end of the date; a failed message is no contact.
with messages as (
    select
        known.as_of_date,
        records.person_key,
        known.message_channel,
        {{ days_between(business_date('known.sent_at'), 'known.as_of_date') }} as days_ago,
        known.opened_at < known.ends_at as is_opened,
        known.clicked_at < known.ends_at as is_clicked,
        known.replied_at < known.ends_at as is_replied,
        known.unsubscribed_at < known.ends_at as is_unsubscribed
    from {{ known_versions(ref('messages'), 'feature') }} as known
    inner join {{ ref('feature_records') }} as records
        on
            known.as_of_date = records.as_of_date
            and known.source = records.source
            and known.customer_id = records.customer_id
    where
        known.sent_at < known.ends_at
        and known.sent_at >= known.ends_at - interval '84' day
        and coalesce(known.status, 'sent') <> 'failed'
        and known.failure_reason is null
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
    sum(case when message_channel = 'sms' then 1 else 0 end) as sms_84d,
    sum(case when message_channel in ('wecom', 'wecom_group') then 1 else 0 end) as wecom_contacts_84d,
    sum(case when message_channel = 'call' then 1 else 0 end) as calls_84d
from messages
group by as_of_date, person_key
