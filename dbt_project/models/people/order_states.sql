-- One row per (source, order_id, from_date): a sale as it stood from from_date until before to_date, while it was paid,
-- not cancelled and nobody's test: whose it was (nobody's: a walk-in), what was paid and given back. What was given
-- back in full is no purchase; freight is mostly not given back with the goods. Keys hold for the run only.
with standing as (
    select
        *,
        greatest(counts_from, paid_date, order_date) as from_date,
        least(counts_to, cancelled_date) as to_date
    from {{ ref('sale_versions') }}
    where coalesce(least(counts_to, cancelled_date) > greatest(counts_from, paid_date, order_date), true)
),

refunds as (
    select * from {{ ref('refund_spans') }}
    where stage = 'paid_back' and order_id is not null
),

owners as (
    select
        buyers.order_id,
        owners.*
    from {{ ref('record_owners') }} as owners
    inner join (
        select distinct
            source,
            order_id,
            customer_id
        from standing
    ) as buyers on owners.source = buyers.source and owners.customer_id = buyers.customer_id
),

-- The days at which an order changes: its version, its owner, what came back, a test flag.
days as (
    {%- for relation, day in [
        ('standing', 'from_date'), ('standing', 'to_date'), ('refunds', 'from_date'), ('refunds', 'to_date'),
        ('owners', 'from_date'), ('owners', 'to_date')] %}
    select
        source,
        order_id,
        {{ day }} as day
    from {{ relation }}
    where {{ day }} is not null
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

spans as (
    select
        source,
        order_id,
        day as from_date,
        lead(day) over (partition by source, order_id order by day) as to_date
    from days
),

given_back as (
    select
        spans.source,
        spans.order_id,
        spans.from_date,
        sum(refunds.amount_fen) as refunded_fen,
        max(case when refunds.includes_freight then 1 else 0 end) = 1 as is_freight_refunded
    from spans
    inner join refunds
        on
            spans.source = refunds.source
            and spans.order_id = refunds.order_id
            and refunds.from_date <= spans.from_date
            and (refunds.to_date is null or refunds.to_date > spans.from_date)
    group by spans.source, spans.order_id, spans.from_date
)

select
    dense_rank() over (order by spans.source, spans.order_id) as order_key,
    row_number() over (order by spans.source, spans.order_id, spans.from_date) as state_key,
    owners.person_key,
    owners.one_id,
    standing.source,
    standing.order_id,
    standing.customer_id,
    standing.channel,
    standing.ordered_at,
    standing.order_date,
    standing.order_hour,
    standing.paid_at,
    standing.paid_date,
    standing.tender_fen - standing.freight_fen as goods_paid_fen,
    standing.freight_fen,
    standing.discount_fen,
    cast(coalesce(given_back.refunded_fen, 0) as bigint) as refunded_fen,
    coalesce(given_back.refunded_fen, 0) = 0
    or standing.tender_fen <= 0
    or given_back.refunded_fen
    < standing.tender_fen - case when given_back.is_freight_refunded then 0 else standing.freight_fen end
        as counts_as_purchase,
    standing.store_id,
    standing.staff_id,
    standing.counts_from as version_date,
    spans.from_date,
    spans.to_date
from spans
inner join standing
    on
        spans.source = standing.source
        and spans.order_id = standing.order_id
        and standing.from_date <= spans.from_date
        and (standing.to_date is null or standing.to_date > spans.from_date)
left join owners
    on
        standing.source = owners.source
        and standing.order_id = owners.order_id
        and standing.customer_id = owners.customer_id
        and owners.from_date <= spans.from_date
        and (owners.to_date is null or owners.to_date > spans.from_date)
left join given_back
    on
        spans.source = given_back.source
        and spans.order_id = given_back.order_id
        and spans.from_date = given_back.from_date
where not coalesce(owners.is_test, false)
