-- One row per call with the outer number as the customer: the called one of an outbound call. Masked numbers and
-- extensions are nobody.
with calls as (
    select
        contact_id,
        contact_type,
        case
            when contact_type = 'OUTBOUND' and called_number_shape = 'mobile' then called_number
            when contact_type = 'INBOUND' and calling_number_shape = 'mobile' then calling_number
        end as mobile,
        cast(started_at as timestamp) as started_at,
        cast(established_at as timestamp) as established_at,
        coalesce(cast(talk_seconds as decimal(18, 4)), 0) as talk_seconds,
        agent_id,
        coalesce(early_media_text, release_reason) as end_reason,
        satisfaction,
        out_id,
        {{ fact_known_at('cast(started_at as timestamp)') }} as known_at,
        _channel,
        _landed_at,
        _file_id,
        _line,
        row_number() over (
            partition by contact_id
            order by {{ fact_known_at('cast(started_at as timestamp)') }}, _landed_at, _file_id, _line
        ) as row_rank
    from {{ landed('call_centre', 'cdr') }} as cdr
)

select * from calls
where row_rank = 1
