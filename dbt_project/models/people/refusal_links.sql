-- One row per suppression or unsubscribing and person it may speak of, by record, by identifier or by carrying its
-- value: a suppression without a scope speaks of every one, a message's number or address is a mobile or an email. The
-- identifier was not yet given to somebody else when it was said. from_date and to_date are the word's, link_from_date
-- and link_to_date the link's.
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

-- Who carries the value without being joined by it. Whom we know to have lost it is not meant; a number that calls
-- several people staff or a test account calls none of them so: it was typed in for them.
by_carrier as (
    select
        words.*,
        carriers.one_id,
        case when carriers.carried_until < '9999-12-31' then {{ business_date('carriers.carried_until') }} end
            as valid_to_date,
        true as was_theirs,
        {{ known_date('carriers.known_from') }} as link_from_date,
        {{ known_date('carriers.known_to') }} as link_to_date
    from words
    inner join {{ ref('value_carriers') }} as carriers
        on
            words.id_token = carriers.id_token
            and (
                words.id_type = carriers.id_type
                or (words.kind = 'unsubscribing' and carriers.id_type in ('mobile', 'email'))
            )
            and (words.id_scope = '' or words.id_scope = carriers.id_scope)
            and carriers.carried_until > words.said_at
    left join {{ ref('identifiers') }} as theirs
        on
            carriers.id_type = theirs.id_type
            and carriers.id_scope = coalesce(theirs.id_scope, '')
            and carriers.id_token = theirs.id_token
            and carriers.one_id = theirs.one_id
    where
        theirs.one_id is null
        and (coalesce(words.reason, '') not in ('test', 'staff') or carriers.carrier_count = 1)
),

matched as (
    select * from by_record
    union all
    select * from by_identifier
    union all
    select * from by_carrier
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
