-- Status 0 waits for the staff's confirmation: no message yet. out_id is audience|wave|offer|campaign|token.
with results as (
    select
        'wecom' as source,
        results.msgid || '-' || results.userid || '-' || results.external_userid as message_id,
        results.external_userid as customer_id,
        {{ out_id_token('results.out_id') }} as recipient_token,
        'wecom' as message_channel,
        cast(results.sent_at as timestamp) as sent_at,
        {{ out_id_columns('results.out_id') }},
        results.userid as staff_id,
        case when words.value = 'sent' then 'sent' else 'failed' end as status,
        case when words.value <> 'sent' then words.value end as failure_reason,
        {{ fact_known_at('cast(results.sent_at as timestamp)') }} as known_at,
        results._landed_at,
        results._file_id,
        results._line
    from {{ landed('wecom', 'send_results') }} as results
    inner join {{ vocabulary('wecom', 'send_status') }} as words on words.platform_value = results.status
    where results.sent_at is not null
)

{{ noun_versions('messages', 'results', unknown=[
    'delivered_at', 'opened_at', 'clicked_at', 'replied_at', 'unsubscribed_at', 'cost_fen',
]) }}
