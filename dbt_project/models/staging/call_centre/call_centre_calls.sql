-- One row per call with the outer number as the customer: the called one of an outbound call. Masked numbers and
-- extensions are nobody. A call ended by a refusal ended so, whatever the network said meanwhile.
with calls as (
    select
        contact_id,
        contact_type,
        case
            when contact_type = 'OUTBOUND' and called_number_shape in {{ joining_phones() }} then called_number
            when contact_type = 'INBOUND' and calling_number_shape in {{ joining_phones() }} then calling_number
        end as mobile,
        case
            when contact_type = 'OUTBOUND' then called_number_shape
            when contact_type = 'INBOUND' then calling_number_shape
        end as mobile_shape,
        cast(started_at as timestamp) as started_at,
        -- A call in which somebody spoke was picked up, also where the record leaves out when.
        coalesce(
            cast(established_at as timestamp),
            case when cast(talk_seconds as decimal(18, 4)) > 0 then cast(started_at as timestamp) end
        ) as established_at,
        coalesce(cast(talk_seconds as decimal(18, 4)), 0) as talk_seconds,
        agent_id,
        case
            when release_reason = '{{ refusing_status() }}' then release_reason
            else coalesce(early_media_text, release_reason)
        end as end_reason,
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
