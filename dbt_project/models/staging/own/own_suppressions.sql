{{ config(materialized='view') }}

-- A refusal that could be read in part: for whom it names a suppression from its landing on, at its widest, which is
-- revoked when the record was corrected or somebody accepted it. A number or address may be any of its kind; the token
-- of an export stands for what the export went to.
with widest as (
    select
        id_type,
        id_scope,
        id_token,
        message_channel,
        landed_at,
        ended_at,
        file_id,
        line
    from {{ source('channels', 'widest_refusals') }}
    where refuses = 'messages'
),

addresses as (
    {%- for id_type in ['mobile', 'mobile_outside', 'email'] %}
    select '{{ id_type }}' as id_type{{ ' union all' if not loop.last }}
    {%- endfor %}
),

named as (
    select
        coalesce(addresses.id_type, widest.id_type) as id_type,
        widest.id_scope,
        widest.id_token,
        widest.message_channel,
        widest.landed_at,
        widest.ended_at,
        widest.file_id,
        widest.line
    from widest
    left join addresses on widest.id_type = 'message_address'
    where widest.id_type not in ('recipient', 'task_id')
    union all
    select
        sent.id_type,
        coalesce(sent.id_scope, '') as id_scope,
        sent.id_token,
        widest.message_channel,
        widest.landed_at,
        widest.ended_at,
        widest.file_id,
        widest.line
    from widest
    inner join {{ source('channels', 'activations') }} as sent
        on widest.id_token in (sent.recipient_token, sent.published_token)
    where widest.id_type = 'recipient'
),

told as (
    select
        *,
        landed_at as known_at,
        cast(null as timestamp) as revoked_at
    from named
    union all
    select
        *,
        ended_at as known_at,
        ended_at as revoked_at
    from named
    where ended_at is not null
),

said as (
    select
        *,
        'opt_out' as reason,
        landed_at as changed_at,
        landed_at as _landed_at,
        file_id as _file_id,
        line as _line
    from told
)

{{ noun_versions('suppressions', 'said') }}
