-- One row per (source, order_id, from_date): what had been paid back on an order from from_date until before to_date,
-- and whether one of the refunds was of the whole order and not of a line.
with refunds as (
    select
        source,
        refund_id,
        order_id,
        line_id,
        amount_fen,
        includes_freight,
        from_date,
        to_date
    from {{ ref('refund_spans') }}
    where stage = 'paid_back' and order_id is not null
),

days as (
    select
        source,
        order_id,
        from_date as day
    from refunds
    union
    select
        source,
        order_id,
        to_date as day
    from refunds
    where to_date is not null
),

spans as (
    {{ spans_between('days', ['source', 'order_id']) }}
)

select
    spans.source,
    spans.order_id,
    cast(sum(refunds.amount_fen) as bigint) as amount_fen,
    cast(sum(case when refunds.includes_freight then refunds.amount_fen else 0 end) as bigint) as with_freight_fen,
    max(case when refunds.line_id is null then 1 else 0 end) = 1 as is_of_whole_order,
    spans.from_date,
    spans.to_date
from spans
inner join refunds
    on
        spans.source = refunds.source
        and spans.order_id = refunds.order_id
        and refunds.from_date <= spans.from_date
        and (refunds.to_date is null or refunds.to_date > spans.from_date)
group by spans.source, spans.order_id, spans.from_date, spans.to_date
