-- One row per (as_of_date, one_id) that was sent something lately: contacts that count towards the caps, from landed
-- messages and never from plans. A date's list is sent the day after, so the month is that day's calendar month. A
-- message that names only its recipient's number or address counts for whoever that belonged to when it was sent.
with messages as (
    select
        as_of_date,
        recipient_one_id as one_id,
        message_channel,
        campaign_id,
        sent_date,
        case when replied_date <= as_of_date then replied_at end as replied_at
    from {{ states_at(ref('message_states')) }} as messages
    where
        recipient_one_id is not null
        and arrived
        and sent_date <= as_of_date
        and sent_date > {{ add_days('as_of_date', -35) }}
),

recall_campaigns as (
    select distinct concat(policy_id, '_') as campaign_prefix
    from {{ ref('recall_policies') }}
),

marked as (
    select
        messages.as_of_date,
        messages.one_id,
        messages.message_channel,
        messages.replied_at,
        {{ days_between('messages.sent_date', 'messages.as_of_date') }} as age_days,
        date_trunc('month', messages.sent_date)
        = date_trunc('month', {{ add_days('messages.as_of_date', 1) }}) as is_this_month,
        recall_campaigns.campaign_prefix is not null as is_recall
    from messages
    left join recall_campaigns
        on left(messages.campaign_id, length(recall_campaigns.campaign_prefix)) = recall_campaigns.campaign_prefix
)

select
    as_of_date,
    one_id,
    cast(sum(case when age_days < 1 then 1 else 0 end) as bigint) as contacts_1d,
    cast(sum(case when age_days < 7 then 1 else 0 end) as bigint) as contacts_7d,
    cast(sum(case when is_this_month then 1 else 0 end) as bigint) as contacts_month,
    cast(sum(case when is_this_month and message_channel = 'wecom' then 1 else 0 end) as bigint)
        as wecom_contacts_month,
    cast(sum(case when is_this_month and message_channel = 'wecom' and is_recall then 1 else 0 end) as bigint)
        as wecom_recalls_month,
    max(replied_at) as last_replied_at
from marked
group by as_of_date, one_id
