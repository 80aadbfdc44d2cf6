-- One row per (as_of_date, one_id) with a paid order or a refund: what the customer bought, paid and returned.
with paid_orders as (
    select
        as_of_date,
        person_key,
        version_key,
        ordered_at,
        age_days,
        paid_fen,
        freight_fen,
        is_kept,
        age_days < {{ segment_number('order_window_days') }} as is_in_window
    from {{ ref('paid_orders') }}
    where {{ among_dates('as_of_date', dates_of('as_of') + frozen_dates()) }}
),

bought_by_key as (
    select
        as_of_date,
        person_key,
        sum(case when is_kept then 1 else 0 end) as order_count,
        sum(paid_fen) as paid_fen,
        sum(freight_fen) as freight_fen,
        min(case when is_kept then ordered_at end) as first_order_at,
        max(case when is_kept then ordered_at end) as last_order_at,
        sum(case when is_kept and is_in_window then 1 else 0 end) as order_count_365d,
        sum(case when is_in_window then paid_fen else 0 end) as paid_fen_365d,
        {{ set_fingerprint('case when is_kept then version_key end') }} as order_set
    from paid_orders
    group by as_of_date, person_key
),

people as (
    select distinct
        person_key,
        one_id
    from {{ ref('order_versions') }}
),

bought as (
    select
        people.one_id,
        bought_by_key.*
    from bought_by_key
    inner join people on bought_by_key.person_key = people.person_key
),

-- Refunds count on their own date, whether or not they found their order.
known_refunds as (
    select
        as_of_date,
        source,
        order_id,
        customer_id,
        amount_fen,
        {{ days_between(business_date('refunded_at'), 'as_of_date') }}
        < {{ segment_number('order_window_days') }} as is_in_window
    from {{ known_versions(ref('refunds'), 'all') }} as known
    where
        {{ among_dates('as_of_date', dates_of('as_of') + frozen_dates()) }}
        and status = 'succeeded'
        and refunded_at < ends_at
        and customer_id is not null
),

returned as (
    select
        known_refunds.as_of_date,
        customer_records.one_id,
        sum(known_refunds.amount_fen) as refunded_fen,
        sum(case when known_refunds.is_in_window then known_refunds.amount_fen else 0 end) as refunded_fen_365d
    from known_refunds
    inner join {{ ref('customer_records') }} as customer_records
        on
            known_refunds.as_of_date = customer_records.as_of_date
            and known_refunds.source = customer_records.source
            and known_refunds.customer_id = customer_records.customer_id
    group by known_refunds.as_of_date, customer_records.one_id
)

select
    coalesce(bought.as_of_date, returned.as_of_date) as as_of_date,
    coalesce(bought.one_id, returned.one_id) as one_id,
    cast(coalesce(bought.order_count, 0) as bigint) as order_count,
    cast(coalesce(bought.paid_fen, 0) as bigint) as paid_fen,
    cast(coalesce(bought.freight_fen, 0) as bigint) as freight_fen,
    cast(coalesce(returned.refunded_fen, 0) as bigint) as refunded_fen,
    cast(coalesce(bought.paid_fen, 0) - coalesce(returned.refunded_fen, 0) as bigint) as net_paid_fen,
    bought.first_order_at,
    bought.last_order_at,
    cast(coalesce(bought.order_count_365d, 0) as bigint) as order_count_365d,
    cast(coalesce(bought.paid_fen_365d, 0) - coalesce(returned.refunded_fen_365d, 0) as bigint) as net_paid_fen_365d,
    bought.order_set
from bought
full outer join returned
    on bought.as_of_date = returned.as_of_date and bought.one_id = returned.one_id
