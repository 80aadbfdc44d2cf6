-- One row per (as_of_date, one_id): only what was known at the date, in windows of 7 to 168 days. Counts without a row
-- are 0; what cannot be said (no gap, no message to open) is null, never 0. Ratios leave integer sums once, rounded, so
-- that the bytes do not depend on threads. bgnbd_* feed that baseline only; what a model may take stands in seed
-- reason_words.
{{ config(meta={'told_of': 'feature', 'is_kept': true}) }}

{% set cadence_counts = [
    'order_days_7d', 'order_days_14d', 'order_days_28d', 'order_days_28d_before', 'order_days_28d_two_before',
    'order_days_56d', 'order_days_84d', 'weeks_with_order_84d',
] %}
{% set cadence_days = [
    'recency_days', 'first_order_days_ago_84d', 'gap_median_84d', 'gap_p90_84d', 'gap_max_84d', 'gap_p90_168d',
    'gap_max_168d', 'last_gap_days', 'last_gap_days_before',
] %}
{% set spend_counts = [
    'order_count_28d', 'order_count_84d', 'net_paid_fen_7d', 'net_paid_fen_28d', 'net_paid_fen_28d_before',
    'net_paid_fen_84d', 'largest_order_fen_84d', 'store_orders_84d', 'mini_program_orders_84d',
    'marketplace_orders_84d', 'order_channels_84d', 'order_stores_84d', 'refunded_orders_28d', 'refunded_orders_84d',
] %}
{% set category_counts = [
    'item_quantity_84d', 'item_quantity_28d',
] %}
{% set category_kinds = ['categories_84d', 'categories_28d', 'new_categories_28d', 'repeated_categories_84d'] %}
{% set activity_counts = [
    'events_84d', 'events_28d', 'events_7d', 'active_days_28d', 'active_days_84d', 'views_28d', 'intent_events_28d',
    'carts_14d', 'conversations_28d', 'complaints_84d', 'shares_84d', 'app_events_28d', 'mini_program_events_28d',
    'wecom_events_28d', 'official_account_events_28d',
] %}
{% set contact_counts = [
    'contacts_7d', 'contacts_28d', 'contacts_84d', 'opened_28d', 'opened_84d', 'clicked_84d', 'replied_84d',
    'unsubscribed_84d', 'sms_84d', 'wecom_contacts_84d', 'calls_84d',
] %}
{% set relation_counts = [
    'followed_staff', 'new_follows_28d', 'deleted_friend_84d', 'groups_joined', 'new_groups_28d',
] %}
{% set reward_counts = [
    'coupons_issued_84d', 'coupons_redeemed_84d', 'coupons_open', 'points_earned_84d', 'points_spent_84d',
] %}
{% set lead_columns = [
    'age_days', 'step_rank', 'step_days', 'act_recency_days', 'acts', 'acts_28d', 'did_form', 'did_download',
    'did_asked', 'did_live', 'did_lesson', 'did_demonstration', 'did_trial', 'did_exercise', 'did_trial_question',
    'colleagues', 'has_decider',
] %}
{% set counts = {
    'cadence': cadence_counts, 'spend': spend_counts, 'categories': category_counts, 'activity': activity_counts,
    'contacts': contact_counts, 'relations': relation_counts, 'rewards': reward_counts,
} %}
with buyers as (
    select distinct
        person_key,
        one_id
    from {{ ref('record_owners') }}
)

select
    people.as_of_date,
    people.one_id,
    people.is_excluded,
    stages.purchase_stage,
    cast(cadence.order_days_365d - 1 as bigint) as bgnbd_repeats,
    cast(cadence.first_order_days_ago_365d - cadence.recency_days as bigint) as bgnbd_last_repeat_days,
    cast(cadence.first_order_days_ago_365d as bigint) as bgnbd_age_days,
    cast({{ days_between('people.registered_date', 'people.as_of_date') }} as bigint) as registered_days,
    {% for column in cadence_days -%}
    cast(cadence.{{ column }} as bigint) as {{ column }},
    {% endfor -%}
    {% for group, columns in counts.items() -%}
    {% for column in columns -%}
    cast(coalesce({{ group }}.{{ column }}, 0) as bigint) as {{ column }},
    {% endfor -%}
    {% endfor -%}
    {% for column in category_kinds -%}
    cast(case when categories.person_key is null then 0 else categories.{{ column }} end as bigint) as {{ column }},
    {% endfor -%}
    cast(activity.activity_recency_days as bigint) as activity_recency_days,
    cast(contacts.contact_recency_days as bigint) as contact_recency_days,
    cast(contacts.opened_recency_days as bigint) as opened_recency_days,
    {% for days in [84, 168] -%}
    {%- set n = 'cadence.gap_count_' ~ days ~ 'd' -%}
    {%- set total = 'cadence.gap_sum_' ~ days ~ 'd' -%}
    {{ ratio(total, n) }} as gap_mean_{{ days }}d,
    {{ deviation(n, total, 'cadence.gap_square_sum_' ~ days ~ 'd') }} as gap_deviation_{{ days }}d,
    {{ ratio('cadence.recency_days * ' ~ n, total) }} as recency_over_gap_mean_{{ days }}d,
    {{ ratio('cadence.recency_days', 'cadence.gap_p90_' ~ days ~ 'd') }} as recency_over_gap_p90_{{ days }}d,
    {% endfor -%}
    {{ ratio('cadence.order_days_168d * 28', 'cadence.history_days') }} as order_days_per_28d_168d,
    {{ ratio('cadence.fortnights_with_order_168d', 'ceil(cadence.history_days / 14)') }} as fortnight_share_168d,
    {{ ratio('cadence.months_with_order_168d', 'ceil(cadence.history_days / 28)') }} as month_share_168d,
    {{ ratio('cadence.long_gaps_168d * 168', 'cadence.history_days') }} as long_gap_rate_168d,
    cast(coalesce(cadence.order_days_28d - cadence.order_days_28d_before, 0) as bigint) as order_days_trend_28d,
    cast(coalesce(spend.net_paid_fen_28d - spend.net_paid_fen_28d_before, 0) as bigint) as net_paid_trend_fen_28d,
    {{ ratio('spend.net_paid_fen_84d', 'spend.order_count_84d') }} as average_order_fen_84d,
    {{ ratio('spend.net_paid_fen_28d', 'spend.order_count_28d') }} as average_order_fen_28d,
    {{ ratio('spend.discount_fen_28d', 'spend.list_fen_28d') }} as discount_share_28d,
    {{ ratio('spend.discount_fen_84d', 'spend.list_fen_84d') }} as discount_share_84d,
    {{ ratio('categories.top_category_fen', 'categories.line_fen') }} as top_category_share_84d,
    {{ ratio('categories.item_quantity_84d', 'spend.order_count_84d') }} as items_per_order_84d,
    {{ ratio('contacts.opened_84d', 'contacts.contacts_84d') }} as open_rate_84d,
    {{ ratio('rewards.coupons_redeemed_84d', 'rewards.coupons_issued_84d') }} as coupon_use_rate_84d,
{%- for column in lead_columns %}
cast(leads.{{ column }} as bigint) as lead_{{ column }}{{ ',' if not loop.last }}
{%- endfor %}
from {{ ref('feature_people') }} as people
inner join {{ ref('purchase_stages') }} as stages
    on people.as_of_date = stages.as_of_date and people.one_id = stages.one_id
left join {{ ref('feature_leads') }} as leads
    on people.as_of_date = leads.as_of_date and people.one_id = leads.one_id
left join buyers
    on people.one_id = buyers.one_id
{% for group in counts -%}
left join {{ ref('feature_' ~ group) }} as {{ group }}
    on
        people.as_of_date = {{ group }}.as_of_date
        and {{ 'buyers' if group in ['cadence', 'spend', 'categories'] else 'people' }}.person_key
        = {{ group }}.person_key
{% endfor %}
