-- One row per version and stage of a refund with the dates at which it stood: asked for and not yet paid back (also
-- where a later version or step says that it was), or paid back.
{{ config(materialized='view') }}

with spans as (
    select
        source,
        refund_id,
        order_id,
        customer_id,
        line_id,
        'open' as stage,
        amount_fen,
        includes_freight,
        {{ business_date('refunded_at') }} as refunded_date,
        greatest(counts_from, {{ business_date('requested_at') }}) as from_date,
        least(counts_to, {{ business_date('refunded_at') }}) as to_date
    from {{ ref('refunds') }}
    where requested_at is not null and (status = 'requested' or (status = 'succeeded' and refunded_at is not null))
    union all
    select
        source,
        refund_id,
        order_id,
        customer_id,
        line_id,
        'paid_back' as stage,
        amount_fen,
        includes_freight,
        {{ business_date('refunded_at') }} as refunded_date,
        greatest(counts_from, {{ business_date('refunded_at') }}) as from_date,
        counts_to as to_date
    from {{ ref('refunds') }}
    where status = 'succeeded' and refunded_at is not null
)

select
    source,
    refund_id,
    order_id,
    customer_id,
    line_id,
    stage,
    amount_fen,
    includes_freight,
    refunded_date,
    from_date,
    to_date
from spans
where to_date is null or to_date > from_date
