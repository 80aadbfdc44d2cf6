-- One row per paid order of a friend, with the member of staff it counts for: the one who sold it where the buyer is
-- their friend, else the friend of longest standing.
with matched as (
    select
        orders.kpi_date,
        orders.reading_date,
        orders.source,
        orders.order_id,
        orders.one_id,
        orders.channel,
        orders.goods_paid_fen,
        friends.staff_id,
        row_number() over (
            partition by orders.kpi_date, orders.reading_date, orders.source, orders.order_id
            order by
                orders.staff_id = friends.staff_id desc,
                friends.added_date asc,
                friends.staff_id asc
        ) as row_rank
    from {{ ref('kpi_orders') }} as orders
    inner join {{ ref('kpi_friends') }} as friends
        on
            orders.kpi_date = friends.kpi_date
            and orders.reading_date = friends.reading_date
            and orders.one_id = friends.one_id
    where friends.ended_date is null or friends.ended_date >= orders.kpi_date
)

select
    kpi_date,
    reading_date,
    source,
    order_id,
    one_id,
    channel,
    staff_id,
    goods_paid_fen
from matched
where row_rank = 1
