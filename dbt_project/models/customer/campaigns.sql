select
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as name,
    cast(null as varchar) as kind,
    cast(null as timestamp) as starts_at,
    cast(null as timestamp) as ends_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
