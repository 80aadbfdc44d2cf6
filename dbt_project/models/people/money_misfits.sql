-- One row per order whose money does not add up across its lines, its payment and its refunds, in its newest version.
-- An order is owed its lines less the discounts plus freight; sources put the discount on the lines, on the order or on
-- both, so whichever sum fits is taken, to a fen a line. Paid that is short by exactly what was refunded is paid net of
-- refunds: taken off again they count twice.
with orders as (
    select
        source,
        order_id,
        amount_fen,
        coalesce(discount_fen, 0) as discount_fen,
        coalesce(freight_fen, 0) as freight_fen,
        coalesce(paid_fen, amount_fen) as paid_fen
    from {{ ref('orders') }}
    where counts_to is null
),

lines as (
    select
        source,
        order_id,
        sum(amount_fen) as gross_fen,
        sum(amount_fen - coalesce(discount_fen, 0)) as net_fen,
        count(*) as line_count
    from {{ ref('order_lines') }}
    where counts_to is null and not coalesce(is_gift, false)
    group by source, order_id
),

returned as (
    select
        source,
        order_id,
        sum(amount_fen) as refunded_fen
    from {{ ref('refunds') }}
    where counts_to is null and status = 'succeeded' and order_id is not null
    group by source, order_id
),

together as (
    select
        orders.*,
        coalesce(returned.refunded_fen, 0) as refunded_fen,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(
            least(
                abs(lines.gross_fen - orders.discount_fen + orders.freight_fen - orders.amount_fen),
                abs(lines.net_fen - orders.discount_fen + orders.freight_fen - orders.amount_fen),
                abs(lines.net_fen + orders.freight_fen - orders.amount_fen)
            ),
            0
        ) as lines_off_fen
    from orders
    left join lines on orders.source = lines.source and orders.order_id = lines.order_id
    left join returned on orders.source = returned.source and orders.order_id = returned.order_id
),

judged as (
    select
        *,
        case
            when refunded_fen > 0 and paid_fen < amount_fen and paid_fen + refunded_fen = amount_fen
                then 'paid_is_net_of_refunds'
            when refunded_fen > greatest(paid_fen, amount_fen) then 'refunds_exceed_what_was_owed'
            when paid_fen > amount_fen then 'paid_exceeds_what_was_owed'
            when lines_off_fen > line_count then 'lines_do_not_add_up'
        end as misfit
    from together
)

select
    source,
    order_id,
    misfit,
    case
        when misfit = 'paid_is_net_of_refunds' then refunded_fen
        when misfit = 'refunds_exceed_what_was_owed' then refunded_fen - greatest(paid_fen, amount_fen)
        when misfit = 'paid_exceeds_what_was_owed' then paid_fen - amount_fen
        else lines_off_fen
    end as off_by_fen
from judged
where misfit is not null
