-- An order of __channel__, one version per row landed. Whoever gave no number and no id is a walk-in.
with received as (
    select
        *,
        cast(ordered_at as timestamp) as ordered_at_utc,
        cast(paid_at as timestamp) as paid_at_utc
    from {{ landed('__channel__', 'orders') }} as landed_orders
),

orders as (
    select
        '__channel__' as source,
        order_id,
        _channel as channel,
        coalesce(customer_id, mobile) as customer_id,
        ordered_at_utc as ordered_at,
        case
            when status in ('paid', 'shipped', 'finished', 'part_refunded', 'refunded')
                then coalesce(paid_at_utc, ordered_at_utc)
            else paid_at_utc
        end as paid_at,
        case when status = 'cancelled' then ordered_at_utc end as cancelled_at,
        status,
        {{ yuan_to_fen('amount_yuan') }} as amount_fen,
        0 as discount_fen,
        0 as freight_fen,
        {{ yuan_to_fen('coalesce(paid_yuan, amount_yuan)') }} as paid_fen,
        'CNY' as currency,
        'normal' as order_type,
        {{ fact_known_at('ordered_at_utc') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from received
)

{{ noun_versions('orders', 'orders', unknown=[
    'finished_at', 'coupon_id', 'campaign_id', 'store_id', 'staff_id', 'updated_at',
]) }}
