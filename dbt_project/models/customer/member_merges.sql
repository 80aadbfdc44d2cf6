select
    cast(null as varchar) as source,
    cast(null as varchar) as customer_id_from,
    cast(null as varchar) as customer_id_to,
    cast(null as timestamp) as merged_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
