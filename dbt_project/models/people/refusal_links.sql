-- One row per suppression or unsubscribing and person it may speak of, by record or by identifier: a suppression
-- without a scope speaks of every one, a message's number or address is a mobile or an email. The identifier was not
-- yet given to somebody else when it was said. from_date and to_date are the word's, link_from_date and link_to_date
-- the link's.
with words as (
    select
        kind,
        reason,
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
    where kind in ('suppression', 'unsubscribing')
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
        on words.source = records.source and words.customer_id = records.customer_id
),

by_identifier as (
    select
        words.*,
        identifiers.one_id,
        {{ business_date('identifiers.valid_to') }} as valid_to_date,
        identifiers.valid_from is null or identifiers.valid_from <= words.said_at as was_theirs,
        {{ known_date('identifiers.known_from') }} as link_from_date,
        {{ known_date('identifiers.known_to') }} as link_to_date
    from words
    inner join {{ ref('identifiers') }} as identifiers
        on
            words.id_token = identifiers.id_token
            and (
                words.id_type = identifiers.id_type
                or (words.kind = 'unsubscribing' and identifiers.id_type in ('mobile', 'email'))
            )
            and (words.id_scope = '' or words.id_scope = coalesce(identifiers.id_scope, ''))
            and (identifiers.valid_to is null or identifiers.valid_to > words.said_at)
    where identifiers.one_id is not null
),

matched as (
    select * from by_record
    union all
    select * from by_identifier
)

select
    kind,
    reason,
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
