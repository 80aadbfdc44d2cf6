select
    cast(null as varchar) as lead_id,
    cast(null as varchar) as source,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as company,
    cast(null as varchar) as stage,
    cast(null as varchar) as owner,
    cast(null as timestamp) as changed_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
