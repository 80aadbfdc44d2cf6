-- One row per place of a refusal that meets nobody, as it stands now: a number that no record has, an id or a scope
-- of another spelling, a customer of whom nothing is known but what they refused. It counts from the moment at which
-- their record lands. A line that names somebody by several ids meets somebody by one of them. Staff's own numbers
-- mostly meet nobody, and need not.
with said as (
    select
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_token,
        message_channel,
        file_id,
        line
    from {{ ref('suppressions') }}
    where superseded_at is null and revoked_at is null and not (reason = 'staff' and id_type in {{ joining_phones() }})
    union all
    select
        sent.id_type,
        sent.id_scope,
        sent.id_token,
        sent.message_channel,
        sent.file_id,
        sent.line
    from {{ ref('named_messages') }} as sent
    left join {{ ref('message_statuses') }} as statuses on {{ status_word('sent.status') }} = statuses.status
    where sent.superseded_at is null and sent.id_token is not null and {{ says_refusal('sent', 'statuses') }}
),

named as (
    select
        sent.source,
        sent.customer_id,
        sent.message_channel,
        sent.file_id,
        sent.line
    from {{ ref('named_messages') }} as sent
    left join {{ ref('message_statuses') }} as statuses on {{ status_word('sent.status') }} = statuses.status
    where sent.superseded_at is null and sent.customer_id is not null and {{ says_refusal('sent', 'statuses') }}
    union all
    select
        source,
        customer_id,
        message_channel,
        file_id,
        line
    from {{ ref('consents') }}
    where superseded_at is null and not granted
    union all
    -- who may have refused to be profiled, in a row that could not be read
    select
        source,
        customer_id,
        cast(null as varchar) as message_channel,
        file_id,
        line
    from {{ ref('profiling_refusals') }}
    where to_date is null
    union all
    select
        source,
        customer_id,
        cast(null as varchar) as message_channel,
        file_id,
        line
    from {{ ref('events') }}
    where event_type = 'complain' and customer_id is not null and superseded_at is null
),

-- Whoever is known by more than their refusals, under any of their records.
met as (
    select distinct records.one_id
    from {{ ref('source_records') }} as records
    inner join {{ ref('met_records') }} as seen
        on records.source = seen.source and records.customer_id = seen.customer_id
    where records.known_to is null
),

places as (
    select
        said.message_channel,
        said.file_id,
        said.line,
        met.one_id is not null as meets
    from said
    left join {{ ref('said_holders') }} as holders
        on
            said.id_token = holders.id_token
            and (said.id_type is null or said.id_type = holders.id_type)
            and (said.id_scope = '' or said.id_scope = holders.id_scope)
    left join met on holders.one_id = met.one_id
    union all
    select
        named.message_channel,
        named.file_id,
        named.line,
        met.one_id is not null as meets
    from named
    left join {{ ref('source_records') }} as records
        on
            {{ same_name('named.source', 'records.source') }}
            and {{ same_name('named.customer_id', 'records.customer_id') }}
            and records.known_to is null
    left join met on records.one_id = met.one_id
)

select
    message_channel,
    file_id,
    line
from places
group by message_channel, file_id, line
having not max(meets)
