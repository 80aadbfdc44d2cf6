select
    cast(null as varchar) as one_id,
    cast(null as timestamp) as founded_at,
    cast(null as timestamp) as known_from,
    cast(null as timestamp) as known_to,
    cast(null as bigint) as identifier_count,
    cast(null as bigint) as source_record_count,
    cast(null as varchar) as identity_confidence,
    cast(null as boolean) as is_island
where 1 = 0
