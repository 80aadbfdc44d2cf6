-- One row per (source, refund_id, stage, from_date): a refund asked for (open) or paid back, and whose it was: where it
-- names nobody, its order's customer's; a walk-in's is nobody's and stands in order_states alone. Money paid back is
-- counted whether or not it found its order; not that of an order of which no payment is counted.
with refunds as (
    select * from {{ ref('refund_spans') }}
),

named_orders as (
    select
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.counts_from as from_date,
        orders.counts_to as to_date
    from {{ ref('orders') }} as orders
    inner join (
        select distinct
            source,
            order_id
        from refunds
    ) as named on orders.source = named.source and orders.order_id = named.order_id
    where orders.counts_to is null or orders.counts_to > orders.counts_from
),

paid_orders as (
    select
        states.source,
        states.order_id,
        states.from_date,
        states.to_date
    from {{ ref('order_states') }} as states
    inner join (
        select distinct
            source,
            order_id
        from refunds
    ) as named on states.source = named.source and states.order_id = named.order_id
),

days as (
    {%- for relation in ['refunds', 'named_orders', 'paid_orders'] %}
    {%- set changed = 'refunds' if relation == 'refunds' else 'changed' %}
    {%- for day in ['from_date', 'to_date'] %}
    select
        refunds.source,
        refunds.refund_id,
        refunds.stage,
        {{ changed }}.{{ day }} as day
    from refunds
    {% if relation != 'refunds' %}inner join {{ relation }} as changed
        on refunds.source = changed.source and refunds.order_id = changed.order_id{% endif %}
    {% if day == 'to_date' %}where {{ changed }}.to_date is not null{% endif %}
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

spans as (
    {{ spans_between('days', ['source', 'refund_id', 'stage']) }}
),

refunds_by_span as (
    select
        spans.source,
        spans.refund_id,
        spans.stage,
        coalesce(refunds.customer_id, named_orders.customer_id) as customer_id,
        refunds.refunded_date,
        refunds.amount_fen,
        named_orders.order_id is null or paid_orders.order_id is not null as is_counted,
        named_orders.order_id is null as is_unmatched,
        spans.from_date as counts_from,
        spans.to_date as counts_to
    from spans
    inner join refunds
        on
            spans.source = refunds.source
            and spans.refund_id = refunds.refund_id
            and spans.stage = refunds.stage
            and refunds.from_date <= spans.from_date
            and (refunds.to_date is null or refunds.to_date > spans.from_date)
    {%- for relation in ['named_orders', 'paid_orders'] %}
    left join {{ relation }}
        on
            refunds.source = {{ relation }}.source
            and refunds.order_id = {{ relation }}.order_id
            and {{ relation }}.from_date <= spans.from_date
            and ({{ relation }}.to_date is null or {{ relation }}.to_date > spans.from_date)
    {%- endfor %}
)

select
    refunds_by_span.source,
    refunds_by_span.refund_id,
    refunds_by_span.stage,
    owners.one_id,
    owners.person_key,
    refunds_by_span.customer_id,
    refunds_by_span.refunded_date,
    refunds_by_span.amount_fen,
    refunds_by_span.is_counted and not owners.is_test as is_counted,
    refunds_by_span.is_unmatched,
    greatest(refunds_by_span.counts_from, owners.from_date) as from_date,
    least(refunds_by_span.counts_to, owners.to_date) as to_date
from refunds_by_span
inner join {{ ref('record_owners') }} as owners
    on
        refunds_by_span.source = owners.source
        and refunds_by_span.customer_id = owners.customer_id
        and (refunds_by_span.counts_to is null or owners.from_date < refunds_by_span.counts_to)
        and (owners.to_date is null or owners.to_date > refunds_by_span.counts_from)
