-- One row per (history_key, order_date): the purchase days of every distinct history, each with the gap before it and
-- the purchase days of the year that ends with it.
{{ config(materialized='table') }}

with days as (
    select
        history_key,
        one_id,
        order_set,
        order_date
    from {{ ref('purchase_histories') }}
    group by history_key, one_id, order_set, order_date
)

select
    history_key,
    one_id,
    order_set,
    order_date,
    cast({{ days_between(
        'lag(order_date) over (partition by history_key order by order_date)', 'order_date'
    ) }} as bigint) as gap_days,
    cast(count(*) over (
        partition by history_key order by order_date
        range between interval '364' day preceding and current row
    ) as bigint) as order_days_365d,
    row_number() over (partition by history_key order by order_date desc) as day_rank
from days
