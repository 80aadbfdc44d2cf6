-- An exchange moves no money and is no refund.
with received as (
    select
        aftersales.*,
        cast(aftersales.created_at as timestamp) as created_at_utc,
        cast(aftersales.updated_at as timestamp) as updated_at_utc,
        cast(aftersales.completed_at as timestamp) as completed_at_utc,
        coalesce(words.value, 'requested') as our_status
    from {{ landed('mini_program', 'aftersales') }} as aftersales
    left join {{ vocabulary('mini_program', 'refund_status') }} as words on words.platform_value = aftersales.status
    where aftersales.type in ('REFUND', 'RETURN')
),

refunds as (
    select
        'mini_program' as source,
        after_sale_order_id as refund_id,
        order_id,
        openid as customer_id,
        our_status as status,
        created_at_utc as requested_at,
        case when our_status = 'succeeded' then coalesce(completed_at_utc, updated_at_utc, created_at_utc) end
            as refunded_at,
        cast(coalesce(amount_fen, '0') as bigint) as amount_fen,
        false as includes_freight,
        updated_at_utc as updated_at,
        {{ versioned_known_at('updated_at_utc', 'created_at_utc') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from received
)

{{ noun_versions('refunds', 'refunds', unknown=['line_id']) }}
