select
    cast(null as varchar) as channel,
    cast(null as date) as cost_date,
    cast(null as bigint) as spend_fen,
    cast(null as varchar) as campaign_id,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
