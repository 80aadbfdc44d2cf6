with items as (
    select
        _file_id,
        _line,
        sum(
            {{ yuan_to_fen('round(cast(unit_price_yuan as decimal(18, 8)) * cast(quantity as decimal(18, 4)), 2)') }}
        ) as shelf_fen
    from {{ source('channels', 'pos__ticket_items') }}
    group by _file_id, _line
),

not_tendered as (
    select
        payments._file_id,
        payments._line,
        sum({{ yuan_to_fen('payments.amount_yuan') }}) as points_and_vouchers_fen
    from {{ source('channels', 'pos__ticket_payments') }} as payments
    inner join {{ vocabulary('pos', 'no_tender') }} as words on words.platform_value = payments.code
    group by payments._file_id, payments._line
),

sales as (
    select
        *,
        cast(sold_at as timestamp) as sold_at_utc,
        {{ yuan_to_fen('total_amount_yuan') }} as owed_fen
    from {{ landed('pos', 'tickets') }} as tickets
    where ticket_type = 'SELL' and cast(total_amount_yuan as decimal(18, 8)) >= 0
),

orders as (
    select
        'pos' as source,
        sales.store_id || '-' || sales.sn as order_id,
        sales._channel as channel,
        nullif(sales.customer_uid, '0') as customer_id,
        sales.sold_at_utc as ordered_at,
        sales.sold_at_utc as paid_at,
        sales.sold_at_utc as finished_at,
        case when sales.is_void = 'true' then sales.sold_at_utc end as cancelled_at,
        case when sales.is_void = 'true' then 'cancelled' else 'finished' end as status,
        sales.owed_fen as amount_fen,
        -- What a till calls discount and rounding differs (its maker's is a percentage of the price): the shelf price
        -- less what was owed is the discount by whatever name.
        greatest(coalesce(items.shelf_fen - sales.owed_fen, 0), 0) as discount_fen,
        0 as freight_fen,
        sales.owed_fen - coalesce(not_tendered.points_and_vouchers_fen, 0) as paid_fen,
        'CNY' as currency,
        'normal' as order_type,
        sales.store_id,
        sales.cashier_uid as staff_id,
        {{ fact_known_at('sales.sold_at_utc') }} as known_at,
        sales._landed_at,
        sales._file_id,
        sales._line
    from sales
    left join items on items._file_id = sales._file_id and items._line = sales._line
    left join not_tendered on not_tendered._file_id = sales._file_id and not_tendered._line = sales._line
)

{{ noun_versions('orders', 'orders', unknown=['coupon_id', 'campaign_id', 'updated_at']) }}
