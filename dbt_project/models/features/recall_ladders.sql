-- One row per (as_of_date, one_id) that was ever on a ladder: the highest step reached of each, when, and what was
-- bought since. Steps come from landed messages (their campaign) and coupons (their offer), never from plans.
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

messages as (
    select
        known.as_of_date,
        known.source,
        known.customer_id,
        known.sent_at as contacted_at,
        steps.audience_kind,
        steps.ladder_step
    from {{ known_versions(ref('messages')) }} as known
    inner join steps
        on
            left(known.campaign_id, length(steps.campaign_prefix)) = steps.campaign_prefix
            or (steps.offer_id <> 'none' and known.offer_id = steps.offer_id)
    where known.sent_at < known.ends_at and known.customer_id is not null and known.failure_reason is null
),

coupons as (
    select
        known.as_of_date,
        known.source,
        known.customer_id,
        known.issued_at as contacted_at,
        steps.audience_kind,
        steps.ladder_step
    from {{ known_versions(ref('coupons')) }} as known
    inner join steps on known.offer_id = steps.offer_id and steps.offer_id <> 'none'
    where known.issued_at < known.ends_at
),

contacts as (
    select
        contacted.as_of_date,
        customer_records.one_id,
        contacted.audience_kind,
        contacted.ladder_step,
        contacted.contacted_at,
        cast({{ days_between(business_date('contacted.contacted_at'), 'contacted.as_of_date') }} as bigint) as age_days
    from (
        select * from messages
        union all
        select * from coupons
    ) as contacted
    inner join {{ ref('customer_records') }} as customer_records
        on
            contacted.as_of_date = customer_records.as_of_date
            and contacted.source = customer_records.source
            and contacted.customer_id = customer_records.customer_id
),

reached as (
    select
        as_of_date,
        one_id,
        max(case when audience_kind = 'first_order' then ladder_step end) as first_order_step,
        min(case when audience_kind = 'first_order' then age_days end) as days_since_first_order_step,
        min(case when audience_kind = 'first_order' then contacted_at end) as first_order_started_at,
        max(case when audience_kind = 'climb' then ladder_step end) as climb_step,
        max(case when audience_kind = 'renewal' and age_days <= {{ recall_number('renewal_memory_days') }} then ladder_step end)
            as renewal_step,
        min(case when audience_kind = 'renewal' then age_days end) as days_since_renewal_step
    from contacts
    group by as_of_date, one_id
),

bought_since as (
    select
        reached.as_of_date,
        reached.one_id,
        count(*) as order_count
    from reached
    inner join {{ ref('paid_orders') }} as paid_orders
        on reached.as_of_date = paid_orders.as_of_date and reached.one_id = paid_orders.one_id
    where paid_orders.is_kept and paid_orders.ordered_at > reached.first_order_started_at
    group by reached.as_of_date, reached.one_id
)

select
    reached.as_of_date,
    reached.one_id,
    cast(coalesce(reached.first_order_step, 0) as bigint) as first_order_step,
    reached.days_since_first_order_step,
    cast(coalesce(bought_since.order_count, 0) as bigint) as orders_since_first_order_ladder,
    cast(coalesce(reached.climb_step, 0) as bigint) as climb_step,
    cast(coalesce(reached.renewal_step, 0) as bigint) as renewal_step,
    reached.days_since_renewal_step
from reached
left join bought_since on reached.as_of_date = bought_since.as_of_date and reached.one_id = bought_since.one_id
