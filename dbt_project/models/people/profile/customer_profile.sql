-- One row per (as_of_date, one_id) of everybody known at the date: the customer table, before lists and instants take
-- their published types.
with people as (
    select
        as_of_date,
        one_id
    from {{ ref('customer_records') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, one_id
),

identities as (
    select
        as_of_date,
        one_id,
        identity_confidence,
        is_island,
        founded_at
    from {{ states_at(ref('person_states')) }} as persons
),

{%- for name, relation in {'reachable': 'reachability', 'consented': 'marketing_consents'}.items() %}
{{ name }} as (
    select
        as_of_date,
        one_id,
        {{ sorted_list('message_channel') }} as channels
    from {{ ref(relation) }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, one_id
){{ ',' if not loop.last }}

{% endfor %}
select
    people.as_of_date,
    people.one_id,
    coalesce(seen_span.first_seen_at, identities.founded_at) as first_seen_at,
    coalesce(seen_span.last_seen_at, identities.founded_at) as last_seen_at,
    {{ list_or_empty('seen_span.channels') }} as channels,
    attributes.acquisition_channel,
    attributes.registered_at,
    attributes.gender,
    attributes.age_band,
    attributes.province,
    attributes.city,
    attributes.city_tier,
    attributes.level as member_level,
    -- Null where no record and no ledger says anything: unknown is not 0.
    coalesce(attributes.points, points_balances.points_balance) as points_balance,
    {{ list_or_empty('reachable.channels') }} as reachable_channels,
    {{ list_or_empty('consented.channels') }} as consented_channels,
    owners.owner_staff_id,
    coalesce(orders.order_count, 0) as order_count,
    orders.first_order_at,
    orders.last_order_at,
    coalesce(orders.paid_fen, 0) as paid_fen,
    coalesce(orders.freight_fen, 0) as freight_fen,
    coalesce(orders.refunded_fen, 0) as refunded_fen,
    coalesce(orders.excess_refund_fen, 0) as excess_refund_fen,
    coalesce(orders.net_paid_fen, 0) as net_paid_fen,
    case
        when
            orders.order_count > 0
            then {{ rounded_quotient('orders.net_paid_fen', 'orders.order_count') }}
    end as average_order_fen,
    preferences.preferred_channel,
    preferences.preferred_hour,
    identities.identity_confidence,
    identities.is_island,
    hard_rules.is_test,
    hard_rules.is_staff,
    hard_rules.may_be_profiled,
    hard_rules.exclusion,
    hard_rules.may_be_served,
    habits.store_id,
    owners.owner_basis,
    owners.last_seller_staff_id,
    owners.left_staff_id,
    owners.left_date as staff_left_date
from people
left join identities
    on people.as_of_date = identities.as_of_date and people.one_id = identities.one_id
{%- for model in [
    'attributes', 'seen_span', 'points_balances', 'reachable', 'consented', 'owners', 'preferences', 'hard_rules'
] %}
left join {{ model if model in ('reachable', 'consented') else ref(model) }} as {{ model }}
    on people.as_of_date = {{ model }}.as_of_date and people.one_id = {{ model }}.one_id
{%- endfor %}
left join {{ ref('customer_orders') }} as orders
    on people.as_of_date = orders.as_of_date and people.one_id = orders.one_id
left join {{ ref('purchase_habits') }} as habits
    on orders.one_id = habits.one_id and orders.order_set_hash = habits.order_set_hash
