-- One row per (as_of_date, one_id) with a limit or a service consent: suppressions and unsubscribings known by the
-- date, open refunds and complaints. Publishing checks suppression and consent again, last, with what is known then.
with people as (
    select * from {{ ref('customer_records') }}
),

suppressions as (
    select
        known.as_of_date,
        identifiers.one_id,
        known.message_channel
    from {{ known_versions(ref('suppressions')) }} as known
    inner join {{ ref('identifiers') }} as identifiers
        on
            known.id_type = identifiers.id_type
            -- without a scope it speaks of every one, as in the last check
            and (coalesce(known.id_scope, '') = '' or known.id_scope = coalesce(identifiers.id_scope, ''))
            and known.id_token = identifiers.id_token
            and identifiers.known_from <= known.cut_off_at
            and (identifiers.known_to is null or identifiers.known_to > known.cut_off_at)
            and (identifiers.valid_to is null or identifiers.valid_to >= known.ends_at)
    where
        identifiers.one_id is not null
        and known.changed_at < known.ends_at
        and (known.revoked_at is null or known.revoked_at >= known.ends_at)
),

refund_orders as (
    select
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.known_at,
        orders.superseded_at
    from {{ ref('orders') }} as orders
    inner join (
        select distinct
            source,
            order_id
        from {{ ref('refunds') }}
        where customer_id is null
    ) as refunds
        on orders.source = refunds.source and orders.order_id = refunds.order_id
),

-- Who unsubscribed from a message is written to through another channel, or not at all: left to the last check alone,
-- their plan would take money and a place in somebody's day.
unsubscribed as (
    select
        as_of_date,
        cut_off_at,
        source,
        customer_id,
        recipient_token,
        message_channel,
        unsubscribed_at
    from {{ known_versions(ref('messages')) }} as known
    where unsubscribed_at < ends_at
),

-- Asked for and not yet paid back at the date, also where a later version or step says that it was. A refund that
-- names nobody is its order's customer's.
open_refunds as (
    select
        known.as_of_date,
        known.source,
        coalesce(known.customer_id, orders.customer_id) as customer_id
    from {{ known_versions(ref('refunds')) }} as known
    left join {{ known_versions('refund_orders') }} as orders
        on
            known.as_of_date = orders.as_of_date
            and known.source = orders.source
            and known.order_id = orders.order_id
    where
        known.requested_at < known.ends_at
        and known.status in ('requested', 'succeeded')
        and (known.refunded_at >= known.ends_at or (known.refunded_at is null and known.status = 'requested'))
),

complaints as (
    select
        as_of_date,
        source,
        customer_id
    from {{ known_versions(ref('events')) }} as known
    where
        event_type = 'complain' and customer_id is not null and occurred_at < ends_at
        and {{ days_between(business_date('occurred_at'), 'as_of_date') }} < {{ recall_number('complaint_days') }}
),

-- The last word per channel counts, as for marketing consents; only the purpose differs.
service as (
    select
        people.as_of_date,
        people.one_id,
        channels.message_channel,
        known.granted,
        row_number() over (
            partition by people.as_of_date, people.one_id, channels.message_channel
            order by known.changed_at desc, known.granted asc
        ) as newest
    from {{ known_versions(ref('consents')) }} as known
    inner join people
        on
            known.as_of_date = people.as_of_date
            and known.source = people.source
            and known.customer_id = people.customer_id
    inner join {{ ref('send_costs') }} as channels
        on known.message_channel is null or known.message_channel = channels.message_channel
    where known.purpose = 'service' and known.changed_at < known.ends_at
),

facts as (
    select
        as_of_date,
        one_id,
        case when message_channel is null then 1 else 0 end as suppressed,
        message_channel as suppressed_channel,
        cast(null as varchar) as service_channel,
        0 as refund,
        0 as complaint
    from suppressions
    union all
    select
        people.as_of_date, people.one_id, 0 as suppressed, unsubscribed.message_channel as suppressed_channel,
        null as service_channel, 0 as refund, 0 as complaint
    from unsubscribed
    inner join people
        on
            unsubscribed.as_of_date = people.as_of_date
            and unsubscribed.source = people.source
            and unsubscribed.customer_id = people.customer_id
    union all
    select
        unsubscribed.as_of_date, identifiers.one_id, 0 as suppressed,
        unsubscribed.message_channel as suppressed_channel, null as service_channel, 0 as refund, 0 as complaint
    from unsubscribed
    inner join {{ ref('identifiers') }} as identifiers
        on {{ addressed_to('unsubscribed', 'unsubscribed_at') }}
    union all
    select
        as_of_date, one_id, 0 as suppressed, null as suppressed_channel,
        message_channel as service_channel, 0 as refund, 0 as complaint
    from service
    where newest = 1 and granted
    union all
    select
        people.as_of_date, people.one_id, 0 as suppressed, null as suppressed_channel,
        null as service_channel, 1 as refund, 0 as complaint
    from open_refunds
    inner join people
        on
            open_refunds.as_of_date = people.as_of_date
            and open_refunds.source = people.source
            and open_refunds.customer_id = people.customer_id
    union all
    select
        people.as_of_date, people.one_id, 0 as suppressed, null as suppressed_channel,
        null as service_channel, 0 as refund, 1 as complaint
    from complaints
    inner join people
        on
            complaints.as_of_date = people.as_of_date
            and complaints.source = people.source
            and complaints.customer_id = people.customer_id
)

select
    as_of_date,
    one_id,
    max(suppressed) = 1 as is_suppressed,
    {{ sorted_list('suppressed_channel') }} as suppressed_channels,
    {{ sorted_list('service_channel') }} as service_channels,
    max(refund) = 1 as has_open_refund,
    max(complaint) = 1 as has_open_complaint
from facts
group by as_of_date, one_id
