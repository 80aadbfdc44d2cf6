-- One row per (source, coupon_id, from_date): whose coupon, its offer and the order that redeemed it, until to_date.
with coupons as (
    select
        source,
        coupon_id,
        customer_id,
        offer_id,
        order_id,
        {{ business_date('issued_at') }} as issued_date,
        {{ business_date('redeemed_at') }} as redeemed_date,
        {{ business_date("expires_at - interval '1' microsecond") }} as last_valid_date,
        counts_from as from_date,
        counts_to as to_date
    from {{ ref('coupons') }}
    where counts_to is null or counts_to > counts_from
),

offers as (
    select
        coupons.source,
        coupons.coupon_id,
        states.from_date,
        states.to_date
    from coupons
    inner join {{ ref('offer_states') }} as states on coupons.offer_id = states.offer_id
),

days as (
    {%- for relation in ['coupons', ref('coupon_orders'), 'offers'] %}
    {%- for day in ['from_date', 'to_date'] %}
    select
        source,
        coupon_id,
        {{ day }} as day
    from {{ relation }}
    {% if day == 'to_date' %}where to_date is not null{% endif %}
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

spans as (
    {{ spans_between('days', ['source', 'coupon_id']) }}
),

naming as (
    select
        spans.source,
        spans.coupon_id,
        spans.from_date,
        min(orders.order_id) as order_id
    from spans
    inner join {{ ref('coupon_orders') }} as orders
        on
            spans.source = orders.source
            and spans.coupon_id = orders.coupon_id
            and orders.from_date <= spans.from_date
            and (orders.to_date is null or orders.to_date > spans.from_date)
            and orders.names_coupon
    group by spans.source, spans.coupon_id, spans.from_date
),

coupons_by_span as (
    select
        coupons.source,
        coupons.coupon_id,
        coupons.customer_id,
        coupons.offer_id,
        coupons.issued_date,
        coupons.redeemed_date,
        coupons.last_valid_date,
        case when coupons.redeemed_date is not null then coalesce(coupons.order_id, naming.order_id) end
            as redeeming_order_id,
        spans.from_date as counts_from,
        spans.to_date as counts_to
    from spans
    inner join coupons
        on
            spans.source = coupons.source
            and spans.coupon_id = coupons.coupon_id
            and coupons.from_date <= spans.from_date
            and (coupons.to_date is null or coupons.to_date > spans.from_date)
    left join naming
        on
            spans.source = naming.source and spans.coupon_id = naming.coupon_id and spans.from_date = naming.from_date
)

select
    states.one_id,
    states.person_key,
    states.is_test,
    states.source,
    states.coupon_id,
    states.offer_id,
    states.customer_id,
    states.issued_date,
    states.redeemed_date,
    states.last_valid_date,
    states.redeeming_order_id,
    orders.discount_fen as order_discount_fen,
    offers.face_value_fen,
    states.from_date,
    states.to_date
from {{ owned('coupons_by_span', keeps_nobodys=true) }} as states
left join {{ ref('coupon_orders') }} as orders
    on
        states.source = orders.source
        and states.coupon_id = orders.coupon_id
        and states.redeeming_order_id = orders.order_id
        and orders.from_date <= states.from_date
        and (orders.to_date is null or orders.to_date > states.from_date)
left join {{ ref('offer_states') }} as offers
    on
        states.offer_id = offers.offer_id
        and offers.from_date <= states.from_date
        and (offers.to_date is null or offers.to_date > states.from_date)
