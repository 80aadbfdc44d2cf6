-- One row per (source, order_id, from_date): a sale as it stood from from_date until before to_date, while it was paid,
-- not cancelled and nobody's test: whose it was (nobody's: a walk-in), what was paid and given back for goods. What was
-- given back in full, or is refunded as its source says, is no purchase. Keys hold for the run only.
with standing as (
    select
        *,
        greatest(counts_from, paid_date, order_date) as stands_from,
        least(counts_to, cancelled_date) as stands_to
    from {{ ref('sale_versions') }}
    where coalesce(least(counts_to, cancelled_date) > greatest(counts_from, paid_date, order_date), true)
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

days as (
    {%- for relation, day in [
        ('standing', 'stands_from'), ('standing', 'stands_to'), ('owners', 'from_date'), ('owners', 'to_date'),
        (ref('order_refunds'), 'from_date'), (ref('order_refunds'), 'to_date')] %}
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
    {{ spans_between('days', ['source', 'order_id']) }}
),

-- Of a refund that holds freight the freight comes off first, the rest is for goods: more money back never makes more
-- order. What is more than goods and freight together is excess.
sales as (
    select
        spans.from_date,
        spans.to_date,
        standing.*,
        refunds.order_id is not null as has_refund,
        coalesce(refunds.is_of_whole_order, false) as has_refund_of_whole_order,
        coalesce(refunds.amount_fen, 0) as amount_back_fen,
        case
            when standing.is_refunded then standing.goods_paid_fen
            else least(
                standing.goods_paid_fen,
                coalesce(refunds.amount_fen - least(refunds.with_freight_fen, standing.freight_fen), 0)
            )
        end as goods_refunded_fen
    from spans
    inner join standing
        on
            spans.source = standing.source
            and spans.order_id = standing.order_id
            and standing.stands_from <= spans.from_date
            and (standing.stands_to is null or standing.stands_to > spans.from_date)
    left join {{ ref('order_refunds') }} as refunds
        on
            spans.source = refunds.source
            and spans.order_id = refunds.order_id
            and refunds.from_date <= spans.from_date
            and (refunds.to_date is null or refunds.to_date > spans.from_date)
)

select
    dense_rank() over (order by sales.source, sales.order_id) as order_key,
    row_number() over (order by sales.source, sales.order_id, sales.from_date) as state_key,
    owners.person_key,
    owners.one_id,
    sales.source,
    sales.order_id,
    sales.customer_id,
    sales.channel,
    sales.ordered_at,
    sales.order_date,
    sales.order_hour,
    sales.paid_at,
    sales.paid_date,
    sales.goods_paid_fen,
    sales.freight_fen,
    sales.discount_fen,
    sales.goods_refunded_fen as refunded_fen,
    greatest(sales.amount_back_fen - sales.goods_paid_fen - sales.freight_fen, 0) as excess_refund_fen,
    not sales.is_refunded
    and (
        sales.goods_refunded_fen < sales.goods_paid_fen
        or not sales.has_refund
        or (sales.goods_paid_fen = 0 and not sales.has_refund_of_whole_order)
    ) as counts_as_purchase,
    sales.store_id,
    sales.staff_id,
    sales.counts_from as version_date,
    sales.from_date,
    sales.to_date
from sales
left join owners
    on
        sales.source = owners.source
        and sales.order_id = owners.order_id
        and sales.customer_id = owners.customer_id
        and owners.from_date <= sales.from_date
        and (owners.to_date is null or owners.to_date > sales.from_date)
where not coalesce(owners.is_test, false)
