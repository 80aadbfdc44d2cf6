-- One row per (source, message_id, flag) of what came back out of order, as it stands now: a message under a token
-- that no export knows, before its export, after its recipient was taken back, or a second time under another id; a
-- coupon (its id stands as message_id) that two orders which were not cancelled say they redeemed, at the second of
-- them. It is loaded and counts as what it is, the coupon once; somebody has to ask the sender.
with standing as (
    select
        source,
        message_id,
        recipient_token,
        sent_at,
        file_id,
        line
    from {{ ref('messages') }}
    where superseded_at is null
),

answers as (
    select
        standing.source,
        standing.message_id,
        standing.sent_at,
        standing.file_id,
        standing.line,
        sent.exported_at,
        sent.withdrawn_at,
        row_number() over (
            partition by matches.export_id, matches.recipient_token
            order by standing.sent_at, standing.source, standing.message_id
        ) as place
    from standing
    inner join {{ ref('message_activations') }} as matches
        on standing.source = matches.source and standing.message_id = matches.message_id
    inner join {{ ref('activations') }} as sent
        on matches.export_id = sent.export_id and matches.recipient_token = sent.recipient_token
)
,

redeeming as (
    select
        coupons.source,
        coupons.coupon_id,
        orders.order_id,
        orders.file_id,
        orders.line,
        row_number() over (
            partition by coupons.source, coupons.coupon_id order by orders.ordered_at, orders.order_id
        ) as place
    from {{ ref('coupons') }} as coupons
    inner join {{ ref('orders') }} as orders
        on
            coupons.source = orders.source
            and (coupons.coupon_id = orders.coupon_id or coupons.order_id = orders.order_id)
    where coupons.superseded_at is null and orders.superseded_at is null and orders.cancelled_at is null
)

select
    'no_export' as flag,
    source,
    message_id,
    file_id,
    line
from standing
where
    recipient_token like 'r1:%'
    and not exists (
        select 1 from answers
        where answers.source = standing.source and answers.message_id = standing.message_id
    )
{%- for flag, condition in [
    ('before_export', 'sent_at < exported_at'),
    ('after_withdrawal', 'sent_at >= withdrawn_at'),
    ('twice', 'place > 1'),
] %}
union all
select '{{ flag }}', source, message_id, file_id, line
from answers
where {{ condition }}
{%- endfor %}
union all
select
    'coupon_twice' as flag,
    source,
    coupon_id as message_id,
    file_id,
    line
from redeeming
where place = 2
