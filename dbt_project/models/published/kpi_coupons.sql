-- One row per coupon and day on which it was issued or redeemed, as known at a reading of that day; redeemed ones with
-- the order that redeemed them (an order names its coupon, or the coupon its order) and what it cost.
with readings as (
    select distinct
        kpi_days.kpi_date,
        kpi_days.reading_date,
        dates.ends_at,
        dates.cut_off_at
    from {{ ref('kpi_days') }} as kpi_days
    inner join {{ run_dates('kpi') }} as dates
        on kpi_days.reading_date = dates.as_of_date
    where kpi_days.is_published
),

steps as (
    select *, 'issued' as step, issued_at as happened_at
    from {{ ref('coupons') }}
    where issued_at is not null
    union all
    select *, 'redeemed' as step, redeemed_at as happened_at
    from {{ ref('coupons') }}
    where redeemed_at is not null
),

-- By day first: a coupon at every date would be two million rows.
dated as (
    select
        readings.kpi_date,
        readings.reading_date,
        readings.cut_off_at,
        steps.step,
        steps.source,
        steps.coupon_id,
        steps.offer_id,
        steps.order_id
    from readings
    inner join steps
        on
            readings.kpi_date = {{ business_date('steps.happened_at') }}
            and steps.happened_at < readings.ends_at
            and steps.known_at <= readings.cut_off_at
            and (steps.superseded_at is null or steps.superseded_at > readings.cut_off_at)
),

naming_orders as (
    select
        source,
        coupon_id,
        order_id,
        discount_fen,
        known_at,
        superseded_at
    from {{ ref('orders') }}
    where coupon_id is not null
),

placed as (
    select
        dated.*,
        case
            when dated.step = 'redeemed' then coalesce(dated.order_id, naming_orders.order_id)
        end as redeeming_order_id,
        row_number() over (
            partition by dated.kpi_date, dated.reading_date, dated.step, dated.source, dated.coupon_id
            order by naming_orders.order_id
        ) as place
    from dated
    left join naming_orders
        on
            dated.source = naming_orders.source
            and dated.coupon_id = naming_orders.coupon_id
            and dated.step = 'redeemed'
            and naming_orders.known_at <= dated.cut_off_at
            and (naming_orders.superseded_at is null or naming_orders.superseded_at > dated.cut_off_at)
)

select
    placed.kpi_date,
    placed.reading_date,
    placed.step,
    placed.source,
    placed.coupon_id,
    placed.redeeming_order_id,
    orders.discount_fen as order_discount_fen,
    offers.face_value_fen
from placed
left join {{ ref('orders') }} as orders
    on
        placed.step = 'redeemed'
        and placed.source = orders.source
        and placed.redeeming_order_id = orders.order_id
        and orders.known_at <= placed.cut_off_at
        and (orders.superseded_at is null or orders.superseded_at > placed.cut_off_at)
left join {{ ref('offers') }} as offers
    on
        placed.step = 'redeemed'
        and placed.offer_id = offers.offer_id
        and offers.known_at <= placed.cut_off_at
        and (offers.superseded_at is null or offers.superseded_at > placed.cut_off_at)
where placed.place = 1
