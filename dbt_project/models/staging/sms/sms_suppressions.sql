{{ config(materialized='view') }}

with opt_outs as (
    select
        phone_shape as id_type,
        '' as id_scope,
        phone as id_token,
        'sms' as message_channel,
        'opt_out' as reason,
        replied_at as changed_at,
        known_at,
        _landed_at,
        _file_id,
        _line
    from {{ ref('sms_replies') }}
    where is_opt_out
)

{{ noun_versions('suppressions', 'opt_outs', unknown=['revoked_at']) }}
