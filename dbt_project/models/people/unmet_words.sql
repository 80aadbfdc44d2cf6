-- One row per suppression or unsubscribing that meets nobody, as it stands now: a number that no record has, an id or a
-- scope of another spelling. Staff's own numbers mostly meet nobody, and need not.
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
    where
        sent.superseded_at is null
        and sent.customer_id is null
        and {{ says_refusal('sent', 'statuses') }}
)

select
    said.message_channel,
    said.file_id,
    said.line
from said
left join {{ ref('said_holders') }} as holders
    on
        said.id_token = holders.id_token
        and (said.id_type is null or said.id_type = holders.id_type)
        and (said.id_scope = '' or said.id_scope = holders.id_scope)
where holders.one_id is null
