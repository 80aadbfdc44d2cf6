-- One row per person and channel that nothing may be sent through. It is read at publish as it stands then: a refusal
-- that arrived after the cut-off, or during the run, is honoured. It errs on the side of silence: a refusal counts for
-- every person the identifier was ever linked to while it was valid, and for all ids in that person's ancestry. An
-- unsubscribing from a message silences its channel as a suppression would, also where the platform sent us no list.
with refused_identifiers as (
    select
        suppressions.id_type,
        coalesce(suppressions.id_scope, '') as id_scope,
        suppressions.id_token,
        suppressions.message_channel,
        suppressions.changed_at
    from {{ ref('suppressions') }} as suppressions
    where suppressions.superseded_at is null and suppressions.revoked_at is null
),

refused_people as (
    select
        identifiers.one_id,
        refused_identifiers.message_channel
    from refused_identifiers
    inner join {{ ref('identifiers') }} as identifiers
        on
            refused_identifiers.id_type = identifiers.id_type
            and refused_identifiers.id_token = identifiers.id_token
            and (refused_identifiers.id_scope = '' or refused_identifiers.id_scope = coalesce(identifiers.id_scope, ''))
    where
        identifiers.one_id is not null
        and (identifiers.valid_to is null or identifiers.valid_to > refused_identifiers.changed_at)
),

unsubscribed as (
    select distinct
        source,
        customer_id,
        recipient_token,
        message_channel,
        unsubscribed_at
    from {{ ref('messages') }}
    where superseded_at is null and unsubscribed_at is not null
),

unsubscribed_people as (
    select
        records.one_id,
        unsubscribed.message_channel
    from unsubscribed
    inner join {{ ref('source_records') }} as records
        on unsubscribed.source = records.source and unsubscribed.customer_id = records.customer_id
    union
    select
        identifiers.one_id,
        unsubscribed.message_channel
    from unsubscribed
    inner join {{ ref('identifiers') }} as identifiers
        on
            identifiers.id_type in ('mobile', 'email')
            and unsubscribed.recipient_token = identifiers.id_token
    where
        identifiers.one_id is not null
        and (identifiers.valid_to is null or identifiers.valid_to > unsubscribed.unsubscribed_at)
),

silent as (
    select
        one_id,
        message_channel
    from refused_people
    union
    select
        one_id,
        message_channel
    from unsubscribed_people
),

all_ids as (
    select
        one_id,
        message_channel
    from silent
    union
    select
        ancestry.ancestor_one_id as one_id,
        silent.message_channel
    from silent
    inner join {{ ref('ancestry') }} as ancestry
        on silent.one_id = ancestry.one_id
)

select distinct
    all_ids.one_id,
    channels.message_channel
from all_ids
inner join {{ ref('message_channels') }} as channels
    on all_ids.message_channel is null or all_ids.message_channel = channels.message_channel
