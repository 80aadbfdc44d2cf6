-- One row per (as_of_date, one_id) that was sent something lately: contacts that count towards the caps, from landed
-- messages and never from plans. A date's list is sent the day after, so the month is that day's calendar month. A
-- message that names only its recipient's number or address counts for whoever that belonged to when it was sent.
with messages as (
    select
        as_of_date,
        cut_off_at,
        source,
        customer_id,
        recipient_token,
        message_channel,
        campaign_id,
        sent_at,
        {{ business_date('sent_at') }} as sent_date,
        {{ happened('replied_at') }} as replied_at
    from {{ known_versions(ref('messages')) }} as known
    where
        failure_reason is null
        and sent_at < ends_at
        and {{ business_date('sent_at') }} > {{ add_days('as_of_date', -35) }}
),

recipients as (
    select
        messages.*,
        customer_records.one_id
    from messages
    inner join {{ ref('customer_records') }} as customer_records
        on
            messages.as_of_date = customer_records.as_of_date
            and messages.source = customer_records.source
            and messages.customer_id = customer_records.customer_id
    union all
    select
        messages.*,
        identifiers.one_id
    from messages
    inner join {{ ref('identifiers') }} as identifiers
        on {{ addressed_to('messages', 'sent_at') }}
    where messages.customer_id is null
),

recall_campaigns as (
    select distinct concat(policy_id, '_') as campaign_prefix
    from {{ ref('recall_policies') }}
),

marked as (
    select
        recipients.as_of_date,
        recipients.one_id,
        recipients.message_channel,
        recipients.replied_at,
        {{ days_between('recipients.sent_date', 'recipients.as_of_date') }} as age_days,
        date_trunc('month', recipients.sent_date)
        = date_trunc('month', {{ add_days('recipients.as_of_date', 1) }}) as is_this_month,
        recall_campaigns.campaign_prefix is not null as is_recall
    from recipients
    left join recall_campaigns
        on left(recipients.campaign_id, length(recall_campaigns.campaign_prefix)) = recall_campaigns.campaign_prefix
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
