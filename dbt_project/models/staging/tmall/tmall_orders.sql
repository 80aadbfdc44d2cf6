with lines as (
    select
        _file_id,
        _line,
        sum(
            coalesce({{ yuan_to_fen('discount_fee_yuan') }}, 0)
            - coalesce({{ yuan_to_fen('adjust_fee_yuan') }}, 0)
            + coalesce({{ yuan_to_fen('part_mjz_discount_yuan') }}, 0)
        ) as discount_fen
    from {{ source('channels', 'tmall__trade_orders') }}
    group by _file_id, _line
),

received as (
    select
        trades.*,
        cast(trades.created_at as timestamp) as created_at_utc,
        -- A presale is paid by its final instalment: the deposit's pay_time is none.
        case
            when coalesce(trades.step_status, '') not in ('FRONT_NOPAID_FINAL_NOPAID', 'FRONT_PAID_FINAL_NOPAID')
                then cast(trades.paid_at as timestamp)
        end as paid_at_utc,
        cast(trades.updated_at as timestamp) as updated_at_utc,
        cast(trades.ended_at as timestamp) as ended_at_utc,
        words.value as word
    from {{ landed('tmall', 'trades') }} as trades
    left join {{ vocabulary('tmall', 'order_status') }} as words on words.platform_value = trades.status
),

judged as (
    select
        *,
        case
            when word = 'refunded' and paid_at_utc is null then 'cancelled'
            when word in ('paid', 'shipped') and paid_at_utc is null then 'created'
            when word is not null then word
            when paid_at_utc is null then 'created'
            else 'paid'
        end as our_status
    from received
),

orders as (
    select
        'tmall' as source,
        judged.tid as order_id,
        judged._channel as channel,
        coalesce(judged.buyer_open_uid, judged.ouid) as customer_id,
        judged.created_at_utc as ordered_at,
        case
            when judged.our_status in ('finished', 'refunded') then coalesce(judged.paid_at_utc, judged.created_at_utc)
            else judged.paid_at_utc
        end as paid_at,
        case
            when judged.our_status = 'finished' then coalesce(judged.ended_at_utc, judged.updated_at_utc)
        end as finished_at,
        case
            when judged.our_status = 'cancelled'
                then coalesce(judged.ended_at_utc, judged.updated_at_utc, judged.created_at_utc)
        end as cancelled_at,
        judged.our_status as status,
        {{ yuan_to_fen('judged.payment_yuan') }} as amount_fen,
        coalesce(lines.discount_fen, 0) as discount_fen,
        coalesce({{ yuan_to_fen('judged.post_fee_yuan') }}, 0) as freight_fen,
        {{ yuan_to_fen('judged.payment_yuan') }} as paid_fen,
        'CNY' as currency,
        case when judged.trade_type = 'step' then 'presale' else 'normal' end as order_type,
        judged.updated_at_utc as updated_at,
        {{ versioned_known_at('judged.updated_at_utc', 'judged.created_at_utc') }} as known_at,
        judged._landed_at,
        judged._file_id,
        judged._line
    from judged
    left join lines on lines._file_id = judged._file_id and lines._line = judged._line
)

{{ noun_versions('orders', 'orders', unknown=['coupon_id', 'campaign_id', 'store_id', 'staff_id']) }}
