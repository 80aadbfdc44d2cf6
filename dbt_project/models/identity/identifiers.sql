select
    cast(null as varchar) as id_type,
    cast(null as varchar) as id_scope,
    cast(null as varchar) as id_token,
    cast(null as varchar) as one_id,
    cast(null as timestamp) as valid_from,
    cast(null as timestamp) as valid_to,
    cast(null as timestamp) as known_from,
    cast(null as timestamp) as known_to,
    cast(null as bigint) as link_strength,
    cast(null as varchar) as no_join_reason
where 1 = 0
