-- Sales of a day: how much, how many, in which bins, and how much of it by friends.
with cuts as (
    select kpi_date, reading_date, one_id, goods_paid_fen, 'all' as dimension, 'all' as value_key
    from {{ ref('kpi_orders') }}
    union all
    select kpi_date, reading_date, one_id, goods_paid_fen, 'channel', channel from {{ ref('kpi_orders') }}
    where channel is not null
    union all
    select kpi_date, reading_date, one_id, goods_paid_fen, 'store', store_id from {{ ref('kpi_orders') }}
    where store_id is not null
),

totals as (
    select
        kpi_date,
        reading_date,
        dimension,
        value_key,
        cast(sum(goods_paid_fen) as bigint) as goods_paid_fen,
        count(*) as orders,
        count(distinct one_id) as buyers,
        percentile_disc(0.25) within group (order by goods_paid_fen) as p25_fen,
        percentile_disc(0.5) within group (order by goods_paid_fen) as p50_fen,
        percentile_disc(0.75) within group (order by goods_paid_fen) as p75_fen
    from cuts
    group by kpi_date, reading_date, dimension, value_key
),

bins as (
    select
        orders.kpi_date,
        orders.reading_date,
        bins.bin,
        count(*) as orders
    from {{ ref('kpi_orders') }} as orders
    inner join {{ ref('order_value_bins') }} as bins
        on
            (bins.from_fen is null or orders.goods_paid_fen >= bins.from_fen)
            and (bins.below_fen is null or orders.goods_paid_fen < bins.below_fen)
    group by orders.kpi_date, orders.reading_date, bins.bin
),

private as (
    select
        kpi_date,
        reading_date,
        cast(sum(goods_paid_fen) as bigint) as goods_paid_fen
    from {{ ref('kpi_private_orders') }}
    group by kpi_date, reading_date
),

whole_day as (
    select * from totals
    where dimension = 'all'
)

select kpi_date, reading_date, 'gmv' as kpi, dimension, value_key, goods_paid_fen as numerator, null as denominator
from totals
union all
select kpi_date, reading_date, 'orders', dimension, value_key, orders, null
from totals
union all
select kpi_date, reading_date, 'buyers', dimension, value_key, buyers, null
from totals
union all
select kpi_date, reading_date, 'average_order', dimension, value_key, goods_paid_fen, orders
from totals
where dimension <> 'store'
union all
select kpi_date, reading_date, 'order_value', 'percentile', 'p25', p25_fen, null
from whole_day
union all
select kpi_date, reading_date, 'order_value', 'percentile', 'p50', p50_fen, null
from whole_day
union all
select kpi_date, reading_date, 'order_value', 'percentile', 'p75', p75_fen, null
from whole_day
union all
select
    bins.kpi_date, bins.reading_date, 'order_value_share', 'bin', bins.bin, bins.orders, whole_day.orders as all_orders
from bins
inner join whole_day
    on bins.kpi_date = whole_day.kpi_date and bins.reading_date = whole_day.reading_date
union all
select
    whole_day.kpi_date, whole_day.reading_date, 'private_gmv', 'all', 'all',
    coalesce(private.goods_paid_fen, 0), whole_day.goods_paid_fen
from whole_day
left join private
    on whole_day.kpi_date = private.kpi_date and whole_day.reading_date = private.reading_date
