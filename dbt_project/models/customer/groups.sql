select
    cast(null as varchar) as source,
    cast(null as varchar) as group_id,
    cast(null as varchar) as kind,
    cast(null as varchar) as name,
    cast(null as varchar) as owner_staff_id,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
