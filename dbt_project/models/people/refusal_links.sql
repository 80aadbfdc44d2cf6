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

-- Who has a value: whom it joins, and who carries it without being joined by it. Whom identity knows to have had it is
-- among the first alone, with the time at which they lost it; whom it joined and joins no more carries it since.
holders as (
    select
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_token,
        one_id,
        valid_from,
        valid_to,
        known_from,
        known_to,
        cast(null as bigint) as carrier_count,
        cast(null as bigint) as least_people
    from {{ ref('identifiers') }}
    where one_id is not null
    union all
    select
        carriers.id_type,
        carriers.id_scope,
        carriers.id_token,
        carriers.one_id,
        cast(null as timestamp) as valid_from,
        carriers.carried_until as valid_to,
        carriers.known_from,
        carriers.known_to,
        carriers.carrier_count,
        carriers.least_people
    from {{ ref('value_carriers') }} as carriers
    left join {{ ref('identifiers') }} as theirs
        on
            carriers.id_type = theirs.id_type
            and carriers.id_scope = coalesce(theirs.id_scope, '')
            and carriers.id_token = theirs.id_token
            and carriers.one_id = theirs.one_id
            and (theirs.valid_to is not null or theirs.known_to is null)
    where theirs.one_id is null
),

-- A number that several carry calls none of them staff or a test account: it was typed in for them. A number of staff
-- joins nobody: their own records in several sources are several people here, and one at least.
by_value as (
    select
        words.*,
        holders.one_id,
        {{ business_date('holders.valid_to') }} as valid_to_date,
        holders.valid_from is null or holders.valid_from <= words.said_at as was_theirs,
        {{ known_date('holders.known_from') }} as link_from_date,
        {{ known_date('holders.known_to') }} as link_to_date
    from words
    inner join holders
        on
            words.id_token = holders.id_token
            and (
                words.id_type = holders.id_type
                or (words.kind = 'unsubscribing' and holders.id_type in ('mobile', 'email'))
            )
            and (words.id_scope = '' or words.id_scope = holders.id_scope)
            and (holders.valid_to is null or holders.valid_to > words.said_at)
    where
        coalesce(words.reason, '') not in ('test', 'staff')
        or coalesce(case when words.reason = 'staff' then holders.least_people else holders.carrier_count end, 1) = 1
),

matched as (
    select * from by_record
    union all
    select * from by_value
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
