-- One row per coupon and day on which it was issued or redeemed, as known at a reading of that day; redeemed ones with
-- the order that redeemed them (an order names its coupon, or the coupon its order) and what it cost.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
    where is_published
)

{% for step in ['issued', 'redeemed'] -%}
select
    readings.kpi_date,
    readings.reading_date,
    '{{ step }}' as step,
    coupons.source,
    coupons.coupon_id,
    {%- if step == 'redeemed' %}
    coupons.redeeming_order_id,
    coupons.order_discount_fen,
    coupons.face_value_fen
    {%- else %}
    null as redeeming_order_id,
    null as order_discount_fen,
    null as face_value_fen
    {%- endif %}
from readings
inner join {{ ref('coupon_states') }} as coupons
    on
        readings.kpi_date = coupons.{{ step }}_date
        and coupons.from_date <= readings.reading_date
        and (coupons.to_date is null or coupons.to_date > readings.reading_date)
where coupons.is_test is not true
{% if not loop.last %}union all{% endif %}
{% endfor %}
