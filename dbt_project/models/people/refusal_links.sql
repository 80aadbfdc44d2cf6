-- One row per suppression, unsubscribing or complaint and person it may speak of, by record, by identifier or by
-- carrying its value: a suppression without a scope speaks of every one, a message's number or address is a mobile or
-- an email. The identifier was not yet given to somebody else when it was said. from_date and to_date are the word's,
-- link_from_date and link_to_date the link's.
with words as (
    select
        kind,
        reason,
        is_complaint,
        source,
        customer_id,
        id_type,
        id_scope,
        id_token,
        message_channel,
        said_at,
        said_date,
        revoked_date,
        from_date,
        to_date
    from {{ ref('refusal_words') }}
    where kind in ('suppression', 'unsubscribing', 'complaint')
),

by_record as (
    select
        words.*,
        records.one_id,
        cast(null as date) as valid_to_date,
        true as was_theirs,
        {{ known_date('records.known_from') }} as link_from_date,
        {{ known_date('records.known_to') }} as link_to_date
    from words
    inner join {{ ref('source_records') }} as records
        on
            {{ same_name('words.source', 'records.source') }}
            and {{ same_name('words.customer_id', 'records.customer_id') }}
),

-- A mark calls nobody staff or a test account at the dates at which it meets several people; a refusal speaks of all.
by_value as (
    select
        words.*,
        holders.one_id,
        {{ business_date('holders.valid_to') }} as valid_to_date,
        holders.valid_from is null or holders.valid_from <= words.said_at as was_theirs,
        greatest({{ known_date('holders.known_from') }}, marks.from_date) as link_from_date,
        least({{ known_date('holders.known_to') }}, marks.to_date) as link_to_date
    from words
    inner join {{ ref('said_holders') }} as holders
        on
            words.id_token = holders.id_token
            and (
                words.id_type = holders.id_type
                or (words.kind = 'unsubscribing' and holders.id_type in {{ message_addresses() }})
            )
            and (words.id_scope = '' or words.id_scope = holders.id_scope)
            and (holders.valid_to is null or holders.valid_to > words.said_at)
    left join {{ ref('mark_spans') }} as marks
        on
            words.reason = marks.reason
            and words.id_type = marks.id_type
            and words.id_scope = marks.id_scope
            and words.id_token = marks.id_token
    where
        marks.reason is null
        or (
            not marks.meets_several
            and (marks.to_date is null or marks.to_date > {{ known_date('holders.known_from') }})
            and (holders.known_to is null or {{ known_date('holders.known_to') }} > marks.from_date)
        )
),

matched as (
    select * from by_record
    union all
    select * from by_value
)

select
    kind,
    reason,
    is_complaint,
    message_channel,
    one_id,
    said_date,
    revoked_date,
    valid_to_date,
    was_theirs,
    from_date,
    to_date,
    link_from_date,
    link_to_date
from matched
