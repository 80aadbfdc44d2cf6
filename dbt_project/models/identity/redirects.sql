select
    cast(null as varchar) as one_id_old,
    cast(null as timestamp) as changed_at,
    cast(null as varchar) as one_id,
    cast(null as varchar) as change,
    cast(null as varchar) as reason
where 1 = 0
