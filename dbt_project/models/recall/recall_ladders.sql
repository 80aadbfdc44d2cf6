-- One row per (as_of_date, one_id) that was ever on a ladder: the highest step reached of each, and when.
-- Steps come from contacts (their campaign) and coupons (their offer), never from plans.
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

-- Matched once, before the dates: a ladder's messages are few. A receipt that names only the number it went to is a
-- step of whoever the number belonged to then.
landed as (
    select
        messages.one_id,
        messages.contacted_date,
        messages.from_date,
        messages.to_date,
        steps.audience_kind,
        steps.ladder_step
    from {{ ref('contacts') }} as messages
    inner join steps
        on
            left(messages.campaign_id, length(steps.campaign_prefix)) = steps.campaign_prefix
            or (steps.offer_id <> 'none' and messages.offer_id = steps.offer_id)
    where messages.one_id is not null
    union all
    select
        coupons.one_id,
        coupons.issued_date as contacted_date,
        coupons.from_date,
        coupons.to_date,
        steps.audience_kind,
        steps.ladder_step
    from {{ ref('coupon_states') }} as coupons
    inner join steps on coupons.offer_id = steps.offer_id
    where coupons.one_id is not null
),

contacts as (
    select
        as_of_date,
        one_id,
        audience_kind,
        ladder_step,
        cast({{ days_between('contacted_date', 'as_of_date') }} as bigint) as age_days
    from {{ states_at('landed') }} as landed_at_date
    where contacted_date <= as_of_date
),

reached as (
    select
        as_of_date,
        one_id,
        cast(coalesce(max(case when audience_kind = 'first_order' then ladder_step end), 0) as bigint)
            as first_order_step,
        min(case when audience_kind = 'first_order' then age_days end) as days_since_first_order_step,
        max(case when audience_kind = 'first_order' then age_days end) as days_since_first_rung,
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
),

-- From the day of the first rung on: who bought before, under a record that was joined since or until a coupon of the
-- brand's own, did not buy because of it. What staff reported of
-- an exported task as bought or booked stands for the first order until that lands.
deeds as (
    select as_of_date, one_id, age_days, true as is_order
    from {{ ref('paid_orders') }}
    where counts_as_purchase
    union all
    select as_of_date, one_id, {{ days_between(business_date('sent_at'), 'as_of_date') }} as age_days, false as is_order
    from {{ states_at(ref('contact_reports')) }} as reports
    where is_done and {{ business_date('sent_at') }} <= as_of_date
),

orders as (
    select
        reached.as_of_date,
        reached.one_id,
        cast(greatest(count_if(bought.is_order), least(count_if(not bought.is_order), 1)) as bigint) as order_count
    from reached
    inner join deeds as bought
        on
            reached.as_of_date = bought.as_of_date
            and reached.one_id = bought.one_id
            and reached.days_since_first_rung >= bought.age_days
    group by reached.as_of_date, reached.one_id
)

select
    reached.as_of_date,
    reached.one_id,
    reached.first_order_step,
    reached.days_since_first_order_step,
    coalesce(orders.order_count, 0) as orders_since_first_order_ladder,
    reached.climb_step,
    reached.renewal_step,
    reached.days_since_renewal_step
from reached
left join orders on reached.as_of_date = orders.as_of_date and reached.one_id = orders.one_id
