-- One row per (sku_id, from_date): on which day a product was first sold, as known from from_date until before
-- to_date. A catalogue that is loaded at once knows all products from the beginning; what is new is what was first
-- sold lately.
with sold as (
    select
        lines.sku_id,
        orders.order_date,
        min(greatest(orders.from_date, lines.from_date)) as from_date
    from {{ ref('order_states') }} as orders
    inner join {{ ref('line_states') }} as lines
        on
            orders.source = lines.source
            and orders.order_id = lines.order_id
            and (orders.to_date is null or lines.from_date < orders.to_date)
            and (lines.to_date is null or lines.to_date > orders.from_date)
    where lines.sku_id is not null
    group by lines.sku_id, orders.order_date
),

first_so_far as (
    select
        sku_id,
        from_date,
        min(min(order_date)) over (partition by sku_id order by from_date) as first_sold_date
    from sold
    group by sku_id, from_date
),

changes as (
    select
        sku_id,
        from_date,
        first_sold_date,
        lag(first_sold_date) over (partition by sku_id order by from_date) as sold_date_before
    from first_so_far
)

select
    sku_id,
    first_sold_date,
    from_date,
    lead(from_date) over (partition by sku_id order by from_date) as to_date
from changes
where sold_date_before is null or first_sold_date < sold_date_before
