select
    cast(null as varchar) as one_id,
    cast(null as varchar) as ancestor_one_id,
    cast(null as timestamp) as known_from
where 1 = 0
