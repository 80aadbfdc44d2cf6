-- One row per (as_of_date, one_id) that was sent something lately: contacts that count towards the caps, from
-- exports and landed messages and never from plans. What was owed (a service) counts towards what the platform allows
-- and towards how tired somebody is, and towards no cap of politeness: it takes nobody's message away. How far the caps
-- of any channel look back is the seed's (contact_caps); a date's list is sent the day after, so the month is that
-- day's calendar month. A message that names only its recipient's number or address counts for whoever that belonged
-- to when it was sent.
with windows as (
    select
        max(case when cap_id = 'any_1d' then window_days end) as short_days,
        max(case when cap_id = 'any_7d' then window_days end) as long_days,
        max({{ recall_number('fatigue_days') }}) as tired_days
    from {{ ref('contact_caps') }}
),

messages as (
    select
        as_of_date,
        one_id,
        message_channel,
        campaign_id,
        is_recall,
        contacted_date as sent_date,
        case when replied_date <= as_of_date then replied_at end as replied_at
    from {{ states_at(ref('contacts')) }} as messages
    where
        one_id is not null
        and contacted_date <= as_of_date
        and contacted_date > {{ add_days(
            'as_of_date', 'cast(-(select greatest(short_days, long_days, 35) from windows) as integer)'
        ) }}
),

services as (
    {{ service_campaigns('messages') }}
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
        services.campaign_id is null as is_marketing,
        messages.is_recall
    from messages
    left join services on messages.campaign_id = services.campaign_id
)

select
    marked.as_of_date,
    marked.one_id,
    cast(
        sum(case when marked.is_marketing and marked.age_days < windows.short_days then 1 else 0 end) as bigint
    ) as contacts_1d,
    cast(
        sum(case when marked.is_marketing and marked.age_days < windows.long_days then 1 else 0 end) as bigint
    ) as contacts_7d,
    cast(sum(case when marked.is_this_month then 1 else 0 end) as bigint) as contacts_month,
    cast(sum(case when marked.age_days < windows.tired_days then 1 else 0 end) as bigint) as contacts_28d,
    {%- for counted, condition in {
        'wecom_contacts_month': "marked.message_channel = 'wecom'",
        'wecom_marketing_month': "marked.message_channel = 'wecom' and marked.is_marketing",
        'wecom_recalls_month': "marked.message_channel = 'wecom' and marked.is_marketing and marked.is_recall",
        'account_contacts_month': "marked.message_channel = 'official_account'",
    }.items() %}
    cast(sum(case when marked.is_this_month and {{ condition }} then 1 else 0 end) as bigint) as {{ counted }},
    {%- endfor %}
    max(marked.replied_at) as last_replied_at
from marked
cross join windows
group by marked.as_of_date, marked.one_id
