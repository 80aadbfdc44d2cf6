-- One row per talk of a person of the brand with a customer, known from from_date until before to_date: a conversation
-- in which both wrote, a call that was taken, or what a member of staff wrote and reported. What they sent by a
-- campaign that advertises is no answer; what a service had them send is one. A task that nobody reported is none.
{{ config(materialized='view') }}

with services as (
    select distinct policy_id
    from {{ ref('recall_policies') }}
    where audience_kind = 'service'
)

select
    one_id,
    touched_at as answered_at,
    touched_date as answered_date,
    from_date,
    to_date
from {{ ref('interaction_states') }}
where
    one_id is not null
    and (
        (touch = 'speak' and object_type = 'two_way')
        or (touch = 'ask_service' and staff_id is not null and duration_seconds > 0)
    )
union all
select
    contacts.one_id,
    contacts.contacted_at as answered_at,
    contacts.contacted_date as answered_date,
    contacts.from_date,
    contacts.to_date
from {{ ref('contacts') }} as contacts
where
    contacts.one_id is not null
    and contacts.staff_id is not null
    and contacts.message_id is not null
    and (
        not contacts.is_recall
        or exists (
            select 1
            from services
            where left(contacts.campaign_id, length(services.policy_id) + 1) = concat(services.policy_id, '_')
        )
    )
