select
    cast(null as varchar) as source,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as one_id,
    cast(null as timestamp) as known_from,
    cast(null as timestamp) as known_to
where 1 = 0
