select
    cast(null as varchar) as conflict_id,
    cast(null as timestamp) as known_from,
    cast(null as varchar) as rule,
    cast(null as varchar) as id_type,
    cast(null as varchar) as id_scope,
    cast(null as varchar) as id_token,
    cast(null as varchar) as source,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as one_id_kept,
    cast(null as varchar) as one_id_refused,
    cast(null as varchar) as detail
where 1 = 0
