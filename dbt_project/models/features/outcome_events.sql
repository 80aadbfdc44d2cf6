{{ config(materialized='table') }}
-- One row per paid order and per message of a label window: the deeds that features.outcomes counts. Labels only.
-- A window [ends_at, ends_at + horizon) is told once it is closed and known by the run's newest training date; what
-- counts as known is bounded by the window's own cut-off, so a row is the same whichever run writes it.
-- An order exactly at ends_at belongs to the label.
with windows as (
    select
        as_of_date,
        cut_off_at,
        ends_at as opens_at,
        ends_at + interval '{{ var("horizon_days") }}' day as closes_at,
        cut_off_at + interval '{{ var("horizon_days") }}' day as known_until
    from {{ run_dates('feature') }} as dates
    where {{ add_days('as_of_date', var('horizon_days')) }} < {{ newest_training_date() }}
),

orders as (
    select
        windows.as_of_date,
        windows.cut_off_at,
        windows.known_until,
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.paid_fen as tender_fen,
        orders.paid_fen - coalesce(orders.freight_fen, 0) as paid_fen
    from windows
    inner join {{ ref('orders') }} as orders
        on
            orders.paid_at >= windows.opens_at
            and orders.paid_at < windows.closes_at
            and orders.known_at <= windows.known_until
            and (orders.superseded_at is null or orders.superseded_at > windows.known_until)
    where
        orders.customer_id is not null
        and (orders.cancelled_at is null or orders.cancelled_at >= windows.closes_at)
        and coalesce(orders.order_type, 'normal') not in ('test', 'gift', 'exchange')
),

refunds as (
    select
        windows.as_of_date,
        refunds.source,
        refunds.order_id,
        sum(refunds.amount_fen) as refunded_fen
    from windows
    inner join {{ ref('refunds') }} as refunds
        on
            refunds.refunded_at >= windows.opens_at
            and refunds.refunded_at < windows.closes_at
            and refunds.known_at <= windows.known_until
            and (refunds.superseded_at is null or refunds.superseded_at > windows.known_until)
    where refunds.status = 'succeeded' and refunds.order_id is not null
    group by windows.as_of_date, refunds.source, refunds.order_id
),

messages as (
    select
        windows.as_of_date,
        windows.cut_off_at,
        windows.known_until,
        messages.source,
        messages.customer_id
    from windows
    inner join {{ ref('messages') }} as messages
        on
            messages.sent_at >= windows.opens_at
            and messages.sent_at < windows.closes_at
            and messages.known_at <= windows.known_until
            and (messages.superseded_at is null or messages.superseded_at > windows.known_until)
    where
        messages.customer_id is not null
        and coalesce(messages.status, 'sent') <> 'failed'
        and messages.failure_reason is null
)

select
    orders.as_of_date,
    orders.cut_off_at,
    orders.known_until,
    orders.source,
    orders.customer_id,
    1 as order_count,
    orders.paid_fen - coalesce(refunds.refunded_fen, 0) as net_paid_fen,
    0 as contact_count
from orders
left join refunds
    on
        orders.as_of_date = refunds.as_of_date
        and orders.source = refunds.source
        and orders.order_id = refunds.order_id
where refunds.refunded_fen is null or refunds.refunded_fen < orders.tender_fen
union all
select
    as_of_date,
    cut_off_at,
    known_until,
    source,
    customer_id,
    0 as order_count,
    0 as net_paid_fen,
    1 as contact_count
from messages
