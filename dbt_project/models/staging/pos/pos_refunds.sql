with returns as (
    select
        'pos' as source,
        store_id || '-' || sn as refund_id,
        store_id || '-' || original_sn as order_id,
        nullif(customer_uid, '0') as customer_id,
        case when is_void = 'true' then 'rejected' else 'succeeded' end as status,
        cast(sold_at as timestamp) as requested_at,
        cast(sold_at as timestamp) as refunded_at,
        abs({{ yuan_to_fen('total_amount_yuan') }}) as amount_fen,
        false as includes_freight,
        {{ fact_known_at('cast(sold_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('pos', 'tickets') }} as tickets
    where ticket_type = 'SELL_RETURN' or cast(total_amount_yuan as decimal(18, 8)) < 0
)

{{ noun_versions('refunds', 'returns', unknown=['line_id', 'updated_at']) }}
