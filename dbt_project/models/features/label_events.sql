{{ config(materialized='table') }}
-- One row per paid order and per contact of a closed label window: the deeds that features.labels counts. Labels
-- only. An order exactly at the cut-off's end belongs to its label; what counts as known is bounded by the window's own
-- end.
with windows as (
    select
        as_of_date,
        {{ add_days('as_of_date', var('horizon_days')) }} as last_date
    from {{ run_dates('label') }} as cut_offs
)

select
    windows.as_of_date,
    windows.last_date,
    orders.source,
    orders.customer_id,
    1 as order_count,
    orders.goods_paid_fen - orders.refunded_fen as net_paid_fen,
    0 as contact_count
from windows
inner join {{ ref('order_states') }} as orders
    on
        orders.paid_date > windows.as_of_date
        and orders.from_date <= windows.last_date
        and (orders.to_date is null or orders.to_date > windows.last_date)
where orders.customer_id is not null and orders.counts_as_purchase
union all
select
    windows.as_of_date,
    windows.last_date,
    messages.source,
    messages.customer_id,
    0 as order_count,
    0 as net_paid_fen,
    1 as contact_count
from windows
inner join {{ ref('contacts') }} as messages
    on
        messages.contacted_date > windows.as_of_date
        and messages.contacted_date <= windows.last_date
        and messages.from_date <= windows.last_date
        and (messages.to_date is null or messages.to_date > windows.last_date)
where messages.customer_id is not null
