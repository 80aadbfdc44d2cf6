-- Receipts, and the same message again once its recipient replied: a reply answers the last message sent to the number
-- within the seeded hours. Delivered is not read. out_id is audience|wave|offer|campaign|token.
with landed_receipts as (
    select
        biz_id || '-' || phone as message_id,
        phone,
        sent_at,
        {{ out_id_columns('out_id') }},
        coalesce({{ out_id_token('out_id') }}, phone) as recipient_token,
        case when is_delivered then 'delivered' else 'failed' end as status,
        case when not is_delivered then error_code end as failure_reason,
        case when is_delivered then coalesce(reported_at, sent_at) end as delivered_at,
        known_at,
        _landed_at,
        _file_id,
        _line
    from {{ ref('sms_receipts') }}
),

ranked_receipts as (
    select
        *,
        row_number() over (partition by message_id order by known_at, _landed_at, _file_id, _line) as delivery
    from landed_receipts
),

receipts as (
    select * from ranked_receipts
    where delivery = 1
),

reply_window as (
    select cast(max(value) as bigint) * interval '1' hour as length
    from {{ vocabulary('sms', 'reply_window_hours') }} as words
),

answered as (
    select
        receipts.message_id,
        replies.replied_at,
        replies.is_opt_out,
        replies.known_at,
        replies._landed_at,
        row_number() over (
            partition by replies.phone, replies.replied_at, replies._file_id, replies._line
            order by receipts.sent_at desc, receipts.message_id desc
        ) as row_rank
    from {{ ref('sms_replies') }} as replies
    cross join reply_window
    inner join receipts
        on
            receipts.phone = replies.phone
            and receipts.sent_at <= replies.replied_at
            -- A receipt that lands after the reply takes it from no other message.
            and receipts.known_at <= replies.known_at
            and receipts.sent_at > replies.replied_at - reply_window.length
),

answers as (
    select
        message_id,
        min(replied_at) over so_far as replied_at,
        min(case when is_opt_out then replied_at end) over so_far as unsubscribed_at,
        known_at,
        _landed_at
    from answered
    where row_rank = 1
    window so_far as (partition by message_id order by known_at)
),

messages as (
    select
        receipts.*,
        cast(null as timestamp) as replied_at,
        cast(null as timestamp) as unsubscribed_at
    from receipts
    union all
    select
        receipts.message_id,
        receipts.phone,
        receipts.sent_at,
        receipts.audience_id,
        receipts.wave,
        receipts.offer_id,
        receipts.campaign_id,
        receipts.recipient_token,
        receipts.status,
        receipts.failure_reason,
        receipts.delivered_at,
        greatest(answers.known_at, receipts.known_at) as known_at,
        answers._landed_at,
        receipts._file_id,
        receipts._line,
        receipts.delivery,
        answers.replied_at,
        answers.unsubscribed_at
    from answers
    inner join receipts on receipts.message_id = answers.message_id
),

named as (
    select
        *,
        'sms' as source,
        phone as customer_id,
        'sms' as message_channel
    from messages
)

{{ noun_versions('messages', 'named', unknown=['staff_id', 'opened_at', 'clicked_at', 'cost_fen']) }}
