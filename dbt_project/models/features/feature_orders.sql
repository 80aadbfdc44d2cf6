{{ config(materialized='table') }}
-- One row per (as_of_date, order_key): the kept orders of the year to a feature date, which the groups below
-- aggregate. 168 days feed the features; the rest only the BG/NBD baseline, which needs a longer view.
-- Keys are those of people.order_states and hold for this run only.
select
    as_of_date,
    person_key,
    order_key,
    channel,
    store_id,
    cast(age_days as bigint) as days_ago,
    goods_paid_fen,
    discount_fen,
    refunded_fen
from {{ ref('paid_orders') }}
where
    {{ among_dates('as_of_date', dates_of('feature')) }}
    and age_days < {{ segment_number('order_window_days') }}
    and counts_as_purchase
