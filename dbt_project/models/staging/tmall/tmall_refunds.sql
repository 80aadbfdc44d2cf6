-- Refunds as the refund API sends them, and those that a trade closed after payment implies: its lines name the same
-- refund_id, so the two are versions of one refund and never count twice; freight goes back on a row of its own.
with received as (
    select
        refunds.*,
        cast(refunds.created_at as timestamp) as created_at_utc,
        cast(refunds.updated_at as timestamp) as updated_at_utc,
        coalesce(words.value, 'requested') as our_status
    from {{ landed('tmall', 'refunds') }} as refunds
    left join {{ vocabulary('tmall', 'refund_status') }} as words on words.platform_value = refunds.status
),

asked_for as (
    select
        refund_id,
        tid as order_id,
        buyer_open_uid as customer_id,
        oid as line_id,
        our_status as status,
        coalesce(created_at_utc, updated_at_utc) as requested_at,
        case when our_status = 'succeeded' then updated_at_utc end as refunded_at,
        {{ yuan_to_fen('refund_fee_yuan') }} as amount_fen,
        false as includes_freight,
        updated_at_utc as updated_at,
        {{ versioned_known_at('updated_at_utc', 'created_at_utc') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from received
),

closed as (
    select
        trades.*,
        coalesce(cast(trades.ended_at as timestamp), cast(trades.updated_at as timestamp)) as closed_at,
        orders.known_at
    from {{ landed('tmall', 'trades') }} as trades
    inner join {{ ref('tmall_orders') }} as orders
        on orders.file_id = trades._file_id and orders.line = trades._line and orders.status = 'refunded'
),

implied as (
    select
        coalesce(lines.refund_id, 'closed-' || lines.oid) as refund_id,
        closed.tid as order_id,
        coalesce(closed.buyer_open_uid, closed.ouid) as customer_id,
        lines.oid as line_id,
        'succeeded' as status,
        closed.closed_at as requested_at,
        closed.closed_at as refunded_at,
        {{ yuan_to_fen('lines.divide_order_fee_yuan') }} as amount_fen,
        false as includes_freight,
        cast(closed.updated_at as timestamp) as updated_at,
        closed.known_at,
        closed._landed_at,
        closed._file_id,
        closed._line
    from closed
    inner join {{ source('channels', 'tmall__trade_orders') }} as lines
        on lines._file_id = closed._file_id and lines._line = closed._line
    union all
    select
        'closed-' || tid || '-freight' as refund_id,
        tid as order_id,
        coalesce(buyer_open_uid, ouid) as customer_id,
        cast(null as varchar) as line_id,
        'succeeded' as status,
        closed_at as requested_at,
        closed_at as refunded_at,
        {{ yuan_to_fen('post_fee_yuan') }} as amount_fen,
        true as includes_freight,
        cast(updated_at as timestamp) as updated_at,
        known_at,
        _landed_at,
        _file_id,
        _line
    from closed
),

refunds as (
    select
        *,
        'tmall' as source
    from asked_for
    union all
    select
        *,
        'tmall' as source
    from implied
    where amount_fen > 0
)

{{ noun_versions('refunds', 'refunds') }}
