-- message_channel null is every channel.
with consents_rows as (
    select
        source,
        customer_id,
        message_channel,
        purpose,
        granted = 'true' as granted,
        cast(changed_at as timestamp) as changed_at,
        {{ fact_known_at('cast(changed_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'consents', source='raw.source') }} as landed_consents
)

{{ noun_versions('consents', 'consents_rows') }}
