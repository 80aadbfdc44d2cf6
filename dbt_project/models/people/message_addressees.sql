-- One row per (source, message_id, from_date, one_id): whose the number or address that a message names was when it was
-- sent, at the dates at which both were known.
select
    messages.source,
    messages.message_id,
    identifiers.one_id,
    greatest(messages.counts_from, identifiers.from_date) as from_date,
    least(messages.counts_to, identifiers.to_date) as to_date
from {{ ref('messages') }} as messages
inner join {{ ref('identifier_owners') }} as identifiers
    on
        identifiers.id_type in {{ message_addresses() }}
        and messages.recipient_token = identifiers.id_token
        and (identifiers.valid_from is null or identifiers.valid_from <= messages.sent_at)
        and (identifiers.valid_to is null or identifiers.valid_to > messages.sent_at)
        and (messages.counts_to is null or identifiers.from_date < messages.counts_to)
        and (identifiers.to_date is null or identifiers.to_date > messages.counts_from)
where messages.counts_to is null or messages.counts_to > messages.counts_from
