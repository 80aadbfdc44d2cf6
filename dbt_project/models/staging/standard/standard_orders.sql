{{ config(meta={'by_key': noun_schema('orders')['key']}) }}

with received as (
    select
        *,
        cast(ordered_at as timestamp) as ordered_at_utc,
        cast(paid_at as timestamp) as paid_at_utc,
        cast(cancelled_at as timestamp) as cancelled_at_utc,
        cast(updated_at as timestamp) as updated_at_utc
    from {{ landed('standard', 'orders', source='raw.source') }} as landed_orders
),

orders_rows as (
    select
        source,
        order_id,
        _channel as channel,
        customer_id,
        ordered_at_utc as ordered_at,
        case
            when status in ('paid', 'shipped', 'finished', 'part_refunded', 'refunded')
                then coalesce(paid_at_utc, ordered_at_utc)
            else paid_at_utc
        end as paid_at,
        cast(finished_at as timestamp) as finished_at,
        case
            when status = 'cancelled' then coalesce(cancelled_at_utc, updated_at_utc, ordered_at_utc)
            else cancelled_at_utc
        end as cancelled_at,
        status,
        {{ yuan_to_fen('amount_yuan') }} as amount_fen,
        coalesce({{ yuan_to_fen('discount_yuan') }}, 0) as discount_fen,
        coalesce({{ yuan_to_fen('freight_yuan') }}, 0) as freight_fen,
        {{ yuan_to_fen('coalesce(paid_yuan, amount_yuan)') }} as paid_fen,
        coalesce(currency, 'CNY') as currency,
        coalesce(order_type, 'normal') as order_type,
        coupon_id,
        campaign_id,
        store_id,
        staff_id,
        updated_at_utc as updated_at,
        {{ versioned_known_at('updated_at_utc', 'ordered_at_utc') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from received
)

{{ noun_versions('orders', 'orders_rows') }}
