select
    cast(null as varchar) as source,
    cast(null as varchar) as appointment_id,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as kind,
    cast(null as timestamp) as starts_at,
    cast(null as varchar) as status,
    cast(null as varchar) as staff_id,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
