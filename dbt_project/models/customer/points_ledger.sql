select
    cast(null as varchar) as source,
    cast(null as varchar) as entry_id,
    cast(null as varchar) as customer_id,
    cast(null as bigint) as points,
    cast(null as timestamp) as occurred_at,
    cast(null as varchar) as kind,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
