-- One row per paid order of a day, as known at a reading of that day. Walk-ins have no one_id.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
)

select
    readings.kpi_date,
    readings.reading_date,
    orders.source,
    orders.order_id,
    orders.customer_id,
    orders.one_id,
    orders.channel,
    orders.store_id,
    orders.staff_id,
    orders.paid_at,
    orders.goods_paid_fen
from readings
inner join {{ ref('order_states') }} as orders
    on
        readings.kpi_date = orders.paid_date
        and orders.from_date <= readings.reading_date
        and (orders.to_date is null or orders.to_date > readings.reading_date)
