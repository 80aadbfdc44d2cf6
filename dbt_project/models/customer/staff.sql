select
    cast(null as varchar) as staff_id,
    cast(null as varchar) as name_token,
    cast(null as varchar) as store_id,
    cast(null as varchar) as role,
    cast(null as boolean) as is_active,
    cast(null as bigint) as daily_message_capacity,
    cast(null as bigint) as daily_call_capacity,
    cast(null as timestamp) as left_at,
    cast(null as timestamp) as known_at,
    cast(null as timestamp) as superseded_at,
    cast(null as varchar) as file_id,
    cast(null as bigint) as line
where 1 = 0
