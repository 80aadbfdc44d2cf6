{{ config(materialized='view') }}

-- message_channel null is every channel.
with said as (
    select
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_value as id_token,
        message_channel,
        reason,
        cast(changed_at as timestamp) as changed_at,
        revoked_at,
        {{ fact_known_at('cast(changed_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'suppressions') }} as landed_suppressions
)

{{ noun_versions('suppressions', 'said') }}
