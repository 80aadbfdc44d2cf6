-- A refund that the file names has succeeded.
with refunds as (
    select
        '__channel__' as source,
        refund_id,
        order_id,
        'succeeded' as status,
        cast(refunded_at as timestamp) as requested_at,
        cast(refunded_at as timestamp) as refunded_at,
        {{ yuan_to_fen('amount_yuan') }} as amount_fen,
        false as includes_freight,
        {{ fact_known_at('cast(refunded_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('__channel__', 'refunds') }} as landed_refunds
)

{{ noun_versions('refunds', 'refunds', unknown=['customer_id', 'line_id', 'updated_at']) }}
