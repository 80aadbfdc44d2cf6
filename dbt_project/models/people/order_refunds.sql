-- One row per (source, order_id, from_date): what had been paid back on an order from from_date until before to_date,
-- and whether the whole order was given back: by a refund that names no line, or by refunds of every line of it that is
-- no gift. Line 0 is a line where the order has one, else what some write for none.
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
    union
    select
        refunds.source,
        refunds.order_id,
        lines.counts_from as day
    from refunds
    inner join {{ ref('order_lines') }} as lines on refunds.source = lines.source and refunds.order_id = lines.order_id
),

spans as (
    {{ spans_between('days', ['source', 'order_id']) }}
),

standing as (
    select
        spans.source,
        spans.order_id,
        spans.from_date,
        spans.to_date,
        refunds.line_id,
        refunds.amount_fen,
        refunds.includes_freight
    from spans
    inner join refunds
        on
            spans.source = refunds.source
            and spans.order_id = refunds.order_id
            and refunds.from_date <= spans.from_date
            and (refunds.to_date is null or refunds.to_date > spans.from_date)
),

lines as (
    select
        spans.source,
        spans.order_id,
        spans.from_date,
        max(case when lines.line_id = '0' then 1 end) = 1 as has_line_0,
        min(case
            when lines.is_gift then cast(null as int)
            when standing.line_id is not null then 1
            else 0
        end) = 1 as are_all_back
    from spans
    inner join {{ ref('order_lines') }} as lines
        on
            spans.source = lines.source
            and spans.order_id = lines.order_id
            and lines.counts_from <= spans.from_date
            and (lines.counts_to is null or lines.counts_to > spans.from_date)
    left join standing
        on
            spans.source = standing.source
            and spans.order_id = standing.order_id
            and spans.from_date = standing.from_date
            and lines.line_id = standing.line_id
    group by spans.source, spans.order_id, spans.from_date
)

select
    standing.source,
    standing.order_id,
    cast(sum(standing.amount_fen) as bigint) as amount_fen,
    cast(sum(case when standing.includes_freight then standing.amount_fen else 0 end) as bigint) as with_freight_fen,
    max(case
        when standing.line_id is null or lines.are_all_back then 1
        when standing.line_id = '0' and not coalesce(lines.has_line_0, false) then 1
        else 0
    end) = 1 as is_of_whole_order,
    standing.from_date,
    standing.to_date
from standing
left join lines
    on
        standing.source = lines.source
        and standing.order_id = lines.order_id
        and standing.from_date = lines.from_date
group by standing.source, standing.order_id, standing.from_date, standing.to_date
