-- One row per (as_of_date, one_id): everything recall knows about a person when it decides, as known at the date.
with dates as (
    select * from {{ run_dates('as_of') }}
),

profiles as (
    select profiles.*, dates.cut_off_at
    from {{ ref('customer_profile') }} as profiles
    inner join dates on profiles.as_of_date = dates.as_of_date
),

staff as (
    select
        as_of_date,
        staff_id,
        store_id,
        daily_message_capacity,
        daily_call_capacity
    from {{ states_at(ref('staff_states')) }} as listed_staff
),

-- Of several birth dates the latest, as for hard rules. The list goes out the day after the date.
birthdays as (
    select
        states.as_of_date,
        states.one_id,
        max(states.birth_date) as birth_date
    from {{ states_at(ref('record_states')) }} as states
    group by states.as_of_date, states.one_id
),

fallen_tags as (
    select
        as_of_date,
        tag
    from {{ ref('tag_validity') }}
    where verdict = 'invalid' and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

coupon_dates as (
    select distinct as_of_date
    from {{ ref('entitlements_and_coupons') }}
    where coupons_issued_365d > 0 and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

birthday_leads as (
    select max(lead_days) as lead_days
    from {{ ref('brand_days') }}
    where brand_day = 'birthday'
),

stores as (
    select
        as_of_date,
        store_id,
        name
    from {{ states_at(ref('store_states')) }} as listed_stores
)

select
    profiles.as_of_date,
    profiles.one_id,
    profiles.cut_off_at,
    profiles.exclusion is not null as is_excluded,
    -- who may not be profiled is still answered: what is owed needs no profile
    profiles.may_be_served,
    profiles.exclusion,
    profiles.identity_confidence,
    stages.purchase_stage,
    cast({{ days_between(business_date('profiles.registered_at'), 'profiles.as_of_date') }} as bigint)
        as days_registered,
    stages.recency_days as days_since_order,
    meetings.days_since_met,
    unlisted.one_id is not null as bought_elsewhere,
    stages.cadence_days,
    cast({{ days_between('lifecycle.purchase_stage_since', 'profiles.as_of_date') }} as bigint) as days_in_stage,
    lifecycle.aipl_stage,
    lifecycle.five_a_stage,
    {%- set of_list = add_days('profiles.as_of_date', '1 + cast((select lead_days from birthday_leads) as integer)') %}
    coalesce(
        extract(month from birthdays.birth_date) = extract(month from {{ of_list }})
        and extract(day from birthdays.birth_date) = extract(day from {{ of_list }}),
        false
    ) as is_birthday,
    cast(
        cast({{ days_between('stages.first_order_date', 'stages.last_order_date') }} as decimal(18, 4))
        / nullif(stages.order_days_total - 1, 0) as decimal(18, 1)
    ) as average_gap_days,
    segments.order_count_365d,
    segments.net_paid_fen_365d,
    profiles.average_order_fen,
    cast(round(margins.margin_rate, 4) as decimal(9, 4)) as margin_rate,
    baskets.item_count as items_per_order,
    baskets.last_product_name,
    baskets.last_category,
    habits.first_interest as top_category,
    segments.rfm_segment,
    segments.pyramid_tier,
    segments.matrix_cell,
    segments.super_user_role,
    coalesce(leads.is_of_company, false) as is_of_company,
    segments.price_attitude,
    lifecycle.need_state,
    coalesce(lifecycle.is_deleted_friend, false) as is_deleted_friend,
    lifecycle.days_since_deleted,
    profiles.reachable_channels,
    profiles.consented_channels,
    {{ list_or_empty('exclusions.service_channels') }} as service_channels,
    {{ list_or_empty('exclusions.suppressed_channels') }} as suppressed_channels,
    {{ list_or_empty('subscriptions.subscribed_scenes') }} as subscribed_scenes,
    blocks.blocked_because,
    blocks.blocked_because is not null as is_blocked,
    blocks.is_resting,
    blocks.barred_channels,
    profiles.owner_staff_id,
    staff.daily_message_capacity as owner_message_capacity,
    staff.daily_call_capacity as owner_call_capacity,
    staff.store_id as owner_store_id,
    stores.name as owner_store_name,
    profiles.store_id,
    profiles.preferred_hour,
    coalesce(contacts.wecom_contacts_month, 0) as wecom_contacts_month,
    coalesce(contacts.wecom_marketing_month, 0) as wecom_marketing_month,
    coalesce(contacts.contacts_28d, 0) as contacts_28d,
    coalesce(contacts.wecom_recalls_month, 0) as wecom_recalls_month,
    contacts.last_replied_at,
    coalesce(ladders.first_order_step, 0) as first_order_step,
    ladders.days_since_first_order_step,
    coalesce(ladders.orders_since_first_order_ladder, 0) as orders_since_first_order_ladder,
    coalesce(ladders.climb_step, 0) as climb_step,
    coalesce(ladders.renewal_step, 0) as renewal_step,
    ladders.days_since_renewal_step,
    rights.days_to_entitlement_end,
    -- where nobody lands coupons, or they took one that no ledger lists, nobody knows how many they had
    case
        when rights.coupons_issued_365d > 0 then rights.coupons_issued_365d
        when coupon_dates.as_of_date is not null and unlisted_coupons.one_id is null then 0
    end as coupons_issued_365d,
    coalesce(rights.coupons_redeemed_365d, 0) as coupons_redeemed_365d,
    cast(rights.coupons_redeemed_365d as double) / nullif(rights.coupons_issued_365d, 0) as coupon_taste,
    answers.wecom_answers,
    episodes.episode_id as open_episode_id,
    episodes.audience_kind as open_episode_kind,
    episodes.going_on_as as open_episode_arm,
    episodes.last_step as open_episode_step,
    -- whether the person's own tag of that kind tells nothing of who orders: no play hangs on it
    {%- set by_tag = {
        'need_state': 'lifecycle.need_state', 'role': 'segments.super_user_role',
        'rfm': 'segments.rfm_segment', 'matrix': 'segments.matrix_cell',
        'aipl': 'lifecycle.aipl_stage', 'five_a': 'lifecycle.five_a_stage', 'purchase': 'stages.purchase_stage',
    } %}
{%- for kind in by_tag %}
{{ kind }}_fell.tag is not null as {{ kind }}_fell{{ ',' if not loop.last }}
{%- endfor %}
from profiles
left join {{ ref('customer_orders') }} as orders
    on profiles.as_of_date = orders.as_of_date and profiles.one_id = orders.one_id
left join {{ ref('purchase_habits') }} as habits
    on orders.one_id = habits.one_id and orders.order_set_hash = habits.order_set_hash
left join {{ ref('recall_margins') }} as margins on profiles.as_of_date = margins.as_of_date
left join coupon_dates on profiles.as_of_date = coupon_dates.as_of_date
left join birthdays on profiles.as_of_date = birthdays.as_of_date and profiles.one_id = birthdays.one_id
left join staff on profiles.as_of_date = staff.as_of_date and profiles.owner_staff_id = staff.staff_id
left join stores on staff.as_of_date = stores.as_of_date and staff.store_id = stores.store_id
{%- set per_person = {
    'recall_last_baskets': 'baskets',
    'purchase_stages': 'stages',
    'customer_segments': 'segments',
    'customer_lifecycle': 'lifecycle',
    'recall_exclusions': 'exclusions',
    'recall_blocks': 'blocks',
    'recall_contacts': 'contacts',
    'recall_meetings': 'meetings',
    'unlisted_buyers': 'unlisted',
    'unlisted_coupons': 'unlisted_coupons',
    'recall_ladders': 'ladders',
    'recall_leads': 'leads',
    'entitlements_and_coupons': 'rights',
    'recall_subscriptions': 'subscriptions',
    'wecom_answers': 'answers',
    'open_episodes': 'episodes',
} %}
{%- for model, name in per_person.items() %}
left join {{ ref(model) }} as {{ name }}
    on profiles.as_of_date = {{ name }}.as_of_date and profiles.one_id = {{ name }}.one_id
{%- endfor %}
{%- for kind, column in by_tag.items() %}
left join fallen_tags as {{ kind }}_fell
    on profiles.as_of_date = {{ kind }}_fell.as_of_date and {{ kind }}_fell.tag = concat('{{ kind }}:', {{ column }})
{%- endfor %}
