-- One row per complaint or opt-out, by record where one is named, else by identifier, with the times it was known. A
-- refusal of marketing counts when consent stood before it: a box left empty at registration is no opt-out.
-- The consent may have been given under any record that was known to be the person's when the refusal came.
with withdrawals as (
    select distinct
        refused.source,
        refused.customer_id,
        refused.changed_at,
        refused.known_at,
        refused.superseded_at
    from {{ ref('consents') }} as refused
    inner join {{ ref('source_records') }} as own
        on
            refused.source = own.source
            and refused.customer_id = own.customer_id
            and own.known_from <= refused.known_at
            and (own.known_to is null or own.known_to > refused.known_at)
    inner join {{ ref('source_records') }} as every_record
        on
            own.one_id = every_record.one_id
            and every_record.known_from <= refused.known_at
            and (every_record.known_to is null or every_record.known_to > refused.known_at)
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
)

select
    'opt_outs' as kpi,
    source,
    customer_id,
    null as id_type,
    null as id_token,
    changed_at as said_at,
    known_at,
    superseded_at
from withdrawals
union all
select
    'opt_outs' as kpi,
    source,
    customer_id,
    null as id_type,
    recipient_token as id_token,
    unsubscribed_at as said_at,
    known_at,
    superseded_at
from {{ ref('messages') }}
where unsubscribed_at is not null
union all
select
    case when reason = 'complaint' then 'complaints' else 'opt_outs' end as kpi,
    null as source,
    null as customer_id,
    id_type,
    id_token,
    changed_at as said_at,
    known_at,
    superseded_at
from {{ ref('suppressions') }}
where reason in ('complaint', 'opt_out')
union all
select
    'complaints' as kpi,
    source,
    customer_id,
    null as id_type,
    coalesce(anonymous_id, device_id, concat(source, ' ', event_id)) as id_token,
    occurred_at as said_at,
    known_at,
    superseded_at
from {{ ref('events') }}
where event_type = 'complain'
