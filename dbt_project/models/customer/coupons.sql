select
    cast(null as varchar) as source,
    cast(null as varchar) as coupon_id,
    cast(null as varchar) as offer_id,
    cast(null as varchar) as customer_id,
    cast(null as timestamp) as issued_at,
    cast(null as timestamp) as redeemed_at,
    cast(null as varchar) as order_id,
    cast(null as timestamp) as expires_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
