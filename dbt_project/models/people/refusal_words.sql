-- One row per complaint or refusal, by record where one is named, else by identifier, with the dates at which it was
-- known. kind: withdrawal (of a consent to marketing), unsubscribing (from a message), suppression, complaint (an
-- event). A complaint is that event, or a suppression for that reason. A refusal of marketing counts when consent stood
-- before it: a box left empty at registration is no opt-out. The consent may have been given under any record that was
-- known to be the person's on the date that knew the refusal; a record is known from the cut-off of its first day on,
-- and may agree and refuse on that day. Who was erased is let alone by every channel, whichever the list names.
with withdrawals as (
    select distinct
        own.source,
        own.customer_id,
        refused.message_channel,
        refused.changed_at,
        refused.counts_from,
        refused.counts_to
    from {{ ref('consents') }} as refused
    inner join {{ ref('source_records') }} as own
        on
            {{ same_name('refused.source', 'own.source') }}
            and {{ same_name('refused.customer_id', 'own.customer_id') }}
            and {{ known_date('own.known_from') }} <= {{ known_date('refused.known_at') }}
            and (own.known_to is null or {{ known_date('own.known_to') }} > {{ known_date('refused.known_at') }})
    inner join {{ ref('source_records') }} as every_record
        on
            own.one_id = every_record.one_id
            and {{ known_date('every_record.known_from') }} <= {{ known_date('refused.known_at') }}
            and (
                every_record.known_to is null
                or {{ known_date('every_record.known_to') }} > {{ known_date('refused.known_at') }}
            )
    inner join {{ ref('consents') }} as granted
        on
            every_record.source = granted.source
            and every_record.customer_id = granted.customer_id
            and granted.granted
            and granted.purpose = refused.purpose
            and granted.changed_at < refused.changed_at
            and granted.known_at <= refused.known_at
            and (
                granted.message_channel is null
                or refused.message_channel is null
                or granted.message_channel = refused.message_channel
            )
    where not refused.granted and refused.purpose = 'marketing'
),

said as (
    select
        'withdrawal' as kind, cast(null as varchar) as reason, source, customer_id, cast(null as varchar) as id_type,
        '' as id_scope, cast(null as varchar) as id_token, message_channel, changed_at as said_at,
        cast(null as timestamp) as revoked_at, counts_from, counts_to
    from withdrawals
    union all
    select
        'unsubscribing' as kind, null as reason, sent.source, sent.customer_id, sent.id_type, sent.id_scope,
        sent.id_token, sent.message_channel,
        coalesce(sent.unsubscribed_at, sent.replied_at, sent.delivered_at, sent.sent_at) as said_at, null as revoked_at,
        sent.counts_from,
        -- A later telling of the message that is silent of the refusal, or says delivered, takes nothing back.
        lead(sent.counts_from) over (
            partition by sent.source, sent.message_id order by sent.counts_from, sent.file_id, sent.line
        ) as counts_to
    from {{ ref('named_messages') }} as sent
    left join {{ ref('message_statuses') }} as statuses on {{ status_word('sent.status') }} = statuses.status
    where {{ says_refusal('sent', 'statuses') }}
    union all
    select
        'suppression' as kind, reason, null as source, null as customer_id, id_type, coalesce(id_scope, '') as id_scope,
        id_token,
        case when reason = 'erased' then cast(null as varchar) else message_channel end as message_channel,
        changed_at as said_at, revoked_at, counts_from, counts_to
    from {{ ref('suppressions') }}
    union all
    select
        'complaint' as kind, null as reason, source, customer_id, null as id_type, '' as id_scope,
        coalesce(anonymous_id, device_id, concat(source, ' ', event_id)) as id_token, null as message_channel,
        occurred_at as said_at, null as revoked_at, counts_from, counts_to
    from {{ ref('events') }}
    where event_type = 'complain'
)

select
    kind,
    reason,
    kind = 'complaint' or coalesce(reason = 'complaint', false) as is_complaint,
    source,
    customer_id,
    id_type,
    id_scope,
    id_token,
    message_channel,
    said_at,
    {{ business_date('said_at') }} as said_date,
    {{ business_date('revoked_at') }} as revoked_date,
    counts_from as from_date,
    counts_to as to_date
from said
