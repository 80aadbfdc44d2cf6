{{ config(materialized='view') }}
-- One row per (as_of_date, list_name, one_id, cap_id) that leaves no room for another message on the morning of the
-- list. What is owed (a service) is stopped by what a platform allows alone, and counts for no cap of politeness. What
-- went out by our own exports counts from the export on, unless it was taken back, and once: of an export
-- that a run has seen, people.contacts knows whether it arrived; of one made since then, the log alone. Which caps
-- there are and how many they allow says the seed contact_caps: window_days is how far one looks back, and a cap of a
-- month without it is of the calendar month.
with recalls as (
    {{ recall_campaigns(source('channels', 'activations')) }}
),

exported as (
    select
        sent.one_id,
        sent.message_channel,
        sent.campaign_id,
        {{ business_date('sent.exported_at') }} as contact_date,
        recalls.campaign_id is not null as is_recall
    from {{ source('channels', 'activations') }} as sent
    left join recalls on sent.campaign_id = recalls.campaign_id
    left join {{ source('channels', 'withdrawals') }} as withdrawn
        on
            sent.export_id = withdrawn.export_id
            and (withdrawn.recipient_token is null or sent.recipient_token = withdrawn.recipient_token)
    left join {{ ref('activation_states') }} as seen
        on sent.export_id = seen.export_id and sent.recipient_token = seen.recipient_token
    where withdrawn.export_id is null and seen.export_id is null
),

every_contact as (
    select
        one_id,
        message_channel,
        campaign_id,
        contact_date,
        is_recall
    from exported
    union all
    select
        told.one_id,
        told.message_channel,
        told.campaign_id,
        told.contacted_date as contact_date,
        told.is_recall
    from {{ ref('contacts') }} as told
    where
        told.to_date is null
        and (
            told.is_message
            or not exists (
                select withdrawn.export_id
                from {{ source('channels', 'withdrawals') }} as withdrawn
                where
                    told.export_id = withdrawn.export_id
                    and (withdrawn.recipient_token is null or told.recipient_token = withdrawn.recipient_token)
            )
        )
),

services as (
    {{ service_campaigns('every_contact') }}
),

contacts as (
    select
        every_contact.one_id,
        every_contact.message_channel,
        every_contact.contact_date,
        every_contact.is_recall,
        services.campaign_id is null as is_marketing
    from every_contact
    left join services on every_contact.campaign_id = services.campaign_id
),

caps as (
    select
        cap_id,
        message_channel,
        window_days,
        most,
        kind
    from {{ ref('contact_caps') }}
    where
        cap_id in (
            'any_1d', 'any_7d', 'wecom_month', 'wecom_recall_month', 'wecom_platform_month', 'account_platform_month'
        )
),

mornings as (
    select
        as_of_date,
        list_name,
        one_id,
        message_channel,
        consent_purpose,
        {{ add_days('as_of_date', 1) }} as send_date
    from {{ ref('sending_list') }}
)

select
    mornings.as_of_date,
    mornings.list_name,
    mornings.one_id,
    caps.cap_id
from mornings
inner join caps
    on
        (caps.message_channel is null or mornings.message_channel = caps.message_channel)
        and (caps.kind <> 'politeness' or mornings.consent_purpose <> 'service')
inner join contacts
    on
        mornings.one_id = contacts.one_id
        and (caps.message_channel is null or caps.message_channel = contacts.message_channel)
        and (caps.cap_id <> 'wecom_recall_month' or contacts.is_recall)
        and (caps.kind <> 'politeness' or contacts.is_marketing)
        and contacts.contact_date <= mornings.send_date
        and contacts.contact_date > case
            when caps.window_days is not null
                then {{ add_days('mornings.send_date', 'cast(-caps.window_days as integer)') }}
            else {{ add_days("cast(date_trunc('month', mornings.send_date) as date)", -1) }}
        end
group by mornings.as_of_date, mornings.list_name, mornings.one_id, mornings.send_date, caps.cap_id, caps.most
-- the platform's cap of WeCom is for each day of the month
having
    count(*) >= caps.most * case
        when caps.cap_id = 'wecom_platform_month'
            then extract(day from last_day(mornings.send_date))
        else 1
    end
