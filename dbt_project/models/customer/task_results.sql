select
    cast(null as varchar) as task_id,
    cast(null as varchar) as staff_id,
    cast(null as varchar) as status,
    cast(null as timestamp) as changed_at,
    cast(null as varchar) as note_code,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
