-- One row per (as_of_date, source, order_id): a paid order of a known customer as it stood at the date, with what
-- had been refunded by then. A view: eight million rows on the demo's dates, which nobody needs to keep.
{{ config(materialized='view') }}

select
    as_of_date,
    person_key,
    order_key,
    state_key,
    one_id,
    source,
    order_id,
    channel,
    ordered_at,
    order_date,
    order_hour,
    {{ days_between('order_date', 'as_of_date') }} as age_days,
    goods_paid_fen,
    freight_fen,
    discount_fen,
    refunded_fen,
    excess_refund_fen,
    counts_as_purchase,
    store_id,
    staff_id
from {{ states_at(ref('order_states'), 'all') }} as states
where one_id is not null
