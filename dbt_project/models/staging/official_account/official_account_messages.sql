{{ config(materialized='view') }}

-- What became of a template message, one push per recipient. out_id is audience|wave|offer|campaign|token.
with results as (
    select
        'official_account' as source,
        message_id || '-' || openid as message_id,
        openid as customer_id,
        {{ out_id_token('out_id') }} as recipient_token,
        'official_account' as message_channel,
        cast(occurred_at as timestamp) as sent_at,
        {{ out_id_columns('out_id') }},
        case when status = 'success' then 'delivered' else 'failed' end as status,
        case when status <> 'success' then status end as failure_reason,
        case when status = 'success' then cast(occurred_at as timestamp) end as delivered_at,
        {{ fact_known_at('cast(occurred_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('official_account', 'events') }} as pushes
    where event = 'TEMPLATESENDJOBFINISH' and message_id is not null
)

{{ noun_versions('messages', 'results', unknown=[
    'staff_id', 'opened_at', 'clicked_at', 'replied_at', 'unsubscribed_at', 'cost_fen',
]) }}
