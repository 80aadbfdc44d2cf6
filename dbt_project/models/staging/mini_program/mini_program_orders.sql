with received as (
    select
        orders.*,
        cast(orders.created_at as timestamp) as created_at_utc,
        cast(orders.paid_at as timestamp) as paid_at_utc,
        cast(orders.updated_at as timestamp) as updated_at_utc,
        coalesce(
            case when words.value = 'refunded' and orders.paid_at is null then 'cancelled' end,
            words.value,
            case when orders.paid_at is null then 'created' else 'paid' end
        ) as our_status
    from {{ landed('mini_program', 'orders') }} as orders
    left join {{ vocabulary('mini_program', 'order_status') }} as words on words.platform_value = orders.status
),

orders as (
    select
        'mini_program' as source,
        order_id,
        _channel as channel,
        openid as customer_id,
        created_at_utc as ordered_at,
        case
            when our_status in ('paid', 'shipped', 'finished', 'part_refunded', 'refunded')
                then coalesce(paid_at_utc, created_at_utc)
            else paid_at_utc
        end as paid_at,
        case when our_status = 'finished' then coalesce(updated_at_utc, created_at_utc) end as finished_at,
        case when our_status = 'cancelled' then coalesce(updated_at_utc, created_at_utc) end as cancelled_at,
        our_status as status,
        cast(order_price_fen as bigint) as amount_fen,
        coalesce(cast(discounted_price_fen as bigint), 0) as discount_fen,
        coalesce(cast(freight_fen as bigint), 0) as freight_fen,
        cast(order_price_fen as bigint) as paid_fen,
        'CNY' as currency,
        'normal' as order_type,
        user_coupon_id as coupon_id,
        campaign_id,
        updated_at_utc as updated_at,
        {{ versioned_known_at('updated_at_utc', 'created_at_utc') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from received
)

{{ noun_versions('orders', 'orders', unknown=['store_id', 'staff_id']) }}
