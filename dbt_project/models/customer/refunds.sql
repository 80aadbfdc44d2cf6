select
    cast(null as varchar) as source,
    cast(null as varchar) as refund_id,
    cast(null as varchar) as order_id,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as line_id,
    cast(null as varchar) as status,
    cast(null as timestamp) as requested_at,
    cast(null as timestamp) as refunded_at,
    cast(null as bigint) as amount_fen,
    cast(null as boolean) as includes_freight,
    cast(null as timestamp) as updated_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
