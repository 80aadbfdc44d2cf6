select
    cast(null as varchar) as offer_id,
    cast(null as varchar) as kind,
    cast(null as bigint) as face_value_fen,
    cast(null as decimal(18, 4)) as pay_rate,
    cast(null as bigint) as minimum_spend_fen,
    cast(null as bigint) as maximum_discount_fen,
    cast(null as bigint) as valid_days,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
