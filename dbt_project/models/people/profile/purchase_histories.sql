-- One row per (history_key, order): the distinct purchase histories of the run's as-of dates. Habits and interests
-- depend on nothing else, and a customer has one or two new histories a week: a fraction of a history per customer and
-- date.
{{ config(materialized='table') }}

with people as (
    select distinct
        person_key,
        one_id
    from {{ ref('record_owners') }}
),

histories as (
    select
        dense_rank() over (order by orders.one_id, orders.order_set_hash) as history_key,
        people.person_key,
        orders.one_id,
        orders.order_set_hash,
        min(orders.as_of_date) as as_of_date,
        {{ business_date('max(orders.last_order_at)') }} as last_order_date
    from {{ ref('customer_orders') }} as orders
    inner join {{ run_dates('segment') }} as dates on orders.as_of_date = dates.as_of_date
    inner join people on orders.one_id = people.one_id
    where orders.last_order_at is not null
    group by people.person_key, orders.one_id, orders.order_set_hash
)

select
    histories.history_key,
    histories.one_id,
    histories.order_set_hash,
    histories.as_of_date,
    paid_orders.order_key,
    paid_orders.ordered_at,
    paid_orders.order_date,
    cast({{ days_between('paid_orders.order_date', 'histories.last_order_date') }} as bigint) as days_before_last,
    paid_orders.goods_paid_fen,
    paid_orders.discount_fen,
    paid_orders.store_id,
    paid_orders.staff_id
from {{ ref('paid_orders') }} as paid_orders
inner join histories
    on paid_orders.as_of_date = histories.as_of_date and paid_orders.person_key = histories.person_key
where
    {{ among_dates('paid_orders.as_of_date', dates_of('segment')) }}
    and paid_orders.counts_as_purchase
