select
    cast(null as varchar) as source,
    cast(null as varchar) as staff_id,
    cast(null as varchar) as customer_id,
    cast(null as timestamp) as added_at,
    cast(null as varchar) as add_way,
    cast(null as varchar) as state,
    cast(null as timestamp) as deleted_by_staff_at,
    cast(null as timestamp) as deleted_by_customer_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
