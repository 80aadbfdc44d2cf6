select
    cast(null as varchar) as id_type,
    cast(null as varchar) as id_scope,
    cast(null as varchar) as id_token,
    cast(null as varchar) as message_channel,
    cast(null as varchar) as reason,
    cast(null as timestamp) as changed_at,
    cast(null as timestamp) as revoked_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
