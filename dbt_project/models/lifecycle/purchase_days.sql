-- One row per (history_key, order_date): the purchase days of every distinct history, each with the gap before it and
-- the purchase days of the year that ends with it.
{{ config(materialized='table') }}

with days as (
    select
        history_key,
        one_id,
        order_set_hash,
        order_date
    from {{ ref('purchase_histories') }}
    group by history_key, one_id, order_set_hash, order_date
),

-- Counted by a join and not by a frame, because the length of a frame has to be written out.
in_window as (
    select
        days.history_key,
        days.order_date,
        count(*) as order_days
    from days
    inner join days as earlier
        on
            days.history_key = earlier.history_key
            and earlier.order_date <= days.order_date
            and {{ days_between('earlier.order_date', 'days.order_date') }} < {{ segment_number('order_window_days') }}
    group by days.history_key, days.order_date
)

select
    days.history_key,
    days.one_id,
    days.order_set_hash,
    days.order_date,
    cast({{ days_between(
        'lag(days.order_date) over (partition by days.history_key order by days.order_date)', 'days.order_date'
    ) }} as bigint) as gap_days,
    cast(in_window.order_days as bigint) as order_days_365d,
    row_number() over (partition by days.history_key order by days.order_date desc) as day_rank
from days
inner join in_window on days.history_key = in_window.history_key and days.order_date = in_window.order_date
