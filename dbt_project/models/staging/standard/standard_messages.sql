{{ config(meta={'by_key': noun_schema('messages')['key']}) }}

-- Messages as a system lists them, and receipts of a sender that knows our token alone: that token is the message.
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
        cast(delivered_at as timestamp) as delivered_at,
        cast(opened_at as timestamp) as opened_at,
        cast(clicked_at as timestamp) as clicked_at,
        cast(replied_at as timestamp) as replied_at,
        cast(unsubscribed_at as timestamp) as unsubscribed_at,
        {{ yuan_to_fen('cost_yuan') }} as cost_fen,
        {{ fact_known_at('cast(sent_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'messages', source='raw.source') }} as landed_messages
    union all
    select
        'receipts' as source,
        recipient_token as message_id,
        null as customer_id,
        recipient_token,
        message_channel,
        sent_at,
        null as audience_id,
        null as wave,
        null as campaign_id,
        null as offer_id,
        null as staff_id,
        status,
        null as failure_reason,
        delivered_at,
        opened_at,
        clicked_at,
        replied_at,
        unsubscribed_at,
        null as cost_fen,
        known_at,
        _landed_at,
        _file_id,
        _line
    from {{ ref('standard_token_receipts') }}
)

{#- Of two deliveries of one message the one that says that its recipient refuses, whichever came last. -#}
{%- set refuses = "unsubscribed_at is not null or status = '" ~ refusing_status() ~ "' or failure_reason = '"
    ~ refusing_status() ~ "'" %}
{{ noun_versions('messages', 'messages_rows', first="case when " ~ refuses ~ " then 0 else 1 end") }}
