with received as (
    select
        *,
        cast(requested_at as timestamp) as requested_at_utc,
        cast(refunded_at as timestamp) as refunded_at_utc,
        cast(updated_at as timestamp) as updated_at_utc
    from {{ landed('standard', 'refunds', source='raw.source') }} as landed_refunds
),

refunds_rows as (
    select
        source,
        refund_id,
        order_id,
        customer_id,
        line_id,
        status,
        coalesce(requested_at_utc, refunded_at_utc) as requested_at,
        refunded_at_utc as refunded_at,
        {{ yuan_to_fen('amount_yuan') }} as amount_fen,
        coalesce(includes_freight, 'false') = 'true' as includes_freight,
        updated_at_utc as updated_at,
        {{ versioned_known_at('updated_at_utc', 'coalesce(requested_at_utc, refunded_at_utc)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from received
)

{{ noun_versions('refunds', 'refunds_rows') }}
