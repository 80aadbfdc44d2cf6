-- One row per (as_of_date, one_id) that was ever on a ladder: the highest step reached of each, and when.
-- Steps come from landed messages (their campaign) and coupons (their offer), never from plans.
with steps as (
    select distinct
        policies.policy_id,
        policies.audience_kind,
        policies.ladder_step,
        concat(policies.policy_id, '_', cast(policies.ladder_step as varchar), '_') as campaign_prefix,
        menu.offer_id
    from {{ ref('recall_policies') }} as policies
    inner join {{ ref('recall_menu') }} as menu
        on policies.policy_id = menu.policy_id and policies.ladder_step = menu.ladder_step
    where policies.ladder_step > 0
),

-- Matched once, before the dates: a ladder's messages are few.
ladder_messages as (
    select
        messages.source,
        messages.customer_id,
        messages.recipient_token,
        messages.sent_at as contacted_at,
        messages.known_at,
        messages.superseded_at,
        steps.audience_kind,
        steps.ladder_step
    from {{ ref('messages') }} as messages
    inner join steps
        on
            left(messages.campaign_id, length(steps.campaign_prefix)) = steps.campaign_prefix
            or (steps.offer_id <> 'none' and messages.offer_id = steps.offer_id)
    where messages.failure_reason is null
),

ladder_coupons as (
    select
        coupons.source,
        coupons.customer_id,
        cast(null as varchar) as recipient_token,
        coupons.issued_at as contacted_at,
        coupons.known_at,
        coupons.superseded_at,
        steps.audience_kind,
        steps.ladder_step
    from {{ ref('coupons') }} as coupons
    inner join steps on coupons.offer_id = steps.offer_id and steps.offer_id <> 'none'
),

landed as (
    select * from ladder_messages
    union all
    select * from ladder_coupons
),

known_contacts as (
    select
        as_of_date,
        cut_off_at,
        source,
        customer_id,
        recipient_token,
        audience_kind,
        ladder_step,
        contacted_at,
        cast({{ days_between(business_date('contacted_at'), 'as_of_date') }} as bigint) as age_days
    from {{ known_versions('landed') }} as known
    where contacted_at < ends_at
),

-- A receipt that names only the number it went to is a step of whoever the number belonged to then.
contacts as (
    select
        known_contacts.as_of_date,
        customer_records.one_id,
        known_contacts.audience_kind,
        known_contacts.ladder_step,
        known_contacts.age_days
    from known_contacts
    inner join {{ ref('customer_records') }} as customer_records
        on
            known_contacts.as_of_date = customer_records.as_of_date
            and known_contacts.source = customer_records.source
            and known_contacts.customer_id = customer_records.customer_id
    union all
    select
        known_contacts.as_of_date,
        identifiers.one_id,
        known_contacts.audience_kind,
        known_contacts.ladder_step,
        known_contacts.age_days
    from known_contacts
    inner join {{ ref('identifiers') }} as identifiers
        on {{ addressed_to('known_contacts', 'contacted_at') }}
    where known_contacts.customer_id is null
)

select
    as_of_date,
    one_id,
    cast(coalesce(max(case when audience_kind = 'first_order' then ladder_step end), 0) as bigint) as first_order_step,
    min(case when audience_kind = 'first_order' then age_days end) as days_since_first_order_step,
    cast(coalesce(max(case when audience_kind = 'climb' then ladder_step end), 0) as bigint) as climb_step,
    cast(
        coalesce(
            max(
                case
                    when audience_kind = 'renewal' and age_days <= {{ recall_number('renewal_memory_days') }}
                        then ladder_step
                end
            ),
            0
        ) as bigint
    ) as renewal_step,
    min(case when audience_kind = 'renewal' then age_days end) as days_since_renewal_step
from contacts
group by as_of_date, one_id
