with messages_rows as (
    select
        source,
        message_id,
        customer_id,
        recipient_token,
        message_channel,
        cast(sent_at as timestamp) as sent_at,
        audience_id,
        wave,
        campaign_id,
        offer_id,
        staff_id,
        status,
        failure_reason,
        delivered_at,
        opened_at,
        clicked_at,
        replied_at,
        unsubscribed_at,
        {{ yuan_to_fen('cost_yuan') }} as cost_fen,
        {{ fact_known_at('cast(sent_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'messages', source='raw.source') }} as landed_messages
)

{{ noun_versions('messages', 'messages_rows') }}
