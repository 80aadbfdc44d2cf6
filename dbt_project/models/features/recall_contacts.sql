-- One row per (as_of_date, one_id) that was sent something lately: contacts that count towards the caps, from landed
-- messages and never from plans. A date's list is sent the day after, so the month is that day's calendar month.
with messages as (
    select
        as_of_date,
        ends_at,
        source,
        customer_id,
        message_channel,
        campaign_id,
        sent_at,
        {{ business_date('sent_at') }} as sent_date,
        {{ happened('replied_at') }} as replied_at
    from {{ known_versions(ref('messages')) }} as known
    where
        customer_id is not null
        and failure_reason is null
        and sent_at < ends_at
        and {{ business_date('sent_at') }} > {{ add_days('as_of_date', -35) }}
),

recall_campaigns as (
    select distinct concat(policy_id, '_') as campaign_prefix
    from {{ ref('recall_policies') }}
),

marked as (
    select
        messages.as_of_date,
        customer_records.one_id,
        messages.message_channel,
        messages.replied_at,
        {{ days_between('messages.sent_date', 'messages.as_of_date') }} as age_days,
        date_trunc('month', messages.sent_date)
        = date_trunc('month', {{ add_days('messages.as_of_date', 1) }}) as is_this_month,
        recall_campaigns.campaign_prefix is not null as is_recall
    from messages
    inner join {{ ref('customer_records') }} as customer_records
        on
            messages.as_of_date = customer_records.as_of_date
            and messages.source = customer_records.source
            and messages.customer_id = customer_records.customer_id
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
