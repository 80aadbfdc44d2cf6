with coupons_rows as (
    select
        source,
        coupon_id,
        offer_id,
        customer_id,
        cast(issued_at as timestamp) as issued_at,
        redeemed_at,
        order_id,
        expires_at,
        {{ fact_known_at('cast(issued_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'coupons', source='raw.source') }} as landed_coupons
)

{{ noun_versions('coupons', 'coupons_rows') }}
