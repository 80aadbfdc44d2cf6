-- 人效: the private GMV of a day per active member of staff. Active is who still works here and has a friend left at the
-- end of the day. The whole, and by the store of the staff.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
    where is_published
),

staff as (
    select
        as_of_date as reading_date,
        staff_id,
        store_id,
        has_left,
        left_date
    from {{ states_at(ref('staff_states'), 'kpi') }} as staff_at_reading
),

active as (
    select distinct
        friends.kpi_date,
        friends.reading_date,
        friends.staff_id,
        staff.store_id
    from {{ ref('kpi_friends') }} as friends
    left join staff
        on friends.reading_date = staff.reading_date and friends.staff_id = staff.staff_id
    where
        friends.staff_id is not null
        and (friends.ended_date is null or friends.ended_date > friends.kpi_date)
        -- who left later was at work on the day; one who is inactive without a date has left
        and (
            staff.staff_id is null
            or staff.left_date > friends.kpi_date
            or not staff.has_left
        )
),

sold as (
    select
        orders.kpi_date,
        orders.reading_date,
        staff.store_id,
        orders.goods_paid_fen
    from {{ ref('kpi_private_orders') }} as orders
    left join staff
        on orders.reading_date = staff.reading_date and orders.staff_id = staff.staff_id
),

cuts as (
    select
        kpi_date,
        reading_date,
        'all' as dimension,
        'all' as value_key,
        0 as goods_paid_fen,
        1 as active
    from active
    union all
    select
        kpi_date,
        reading_date,
        'store' as dimension,
        store_id as value_key,
        0 as goods_paid_fen,
        1 as active
    from active
    where store_id is not null
    union all
    select
        kpi_date,
        reading_date,
        'all' as dimension,
        'all' as value_key,
        goods_paid_fen,
        0 as active
    from sold
    union all
    select
        kpi_date,
        reading_date,
        'store' as dimension,
        store_id as value_key,
        goods_paid_fen,
        0 as active
    from sold
    where store_id is not null
)

select
    cuts.kpi_date,
    cuts.reading_date,
    'private_gmv_per_staff' as kpi,
    cuts.dimension,
    cuts.value_key,
    cast(sum(cuts.goods_paid_fen) as bigint) as numerator,
    nullif(sum(cuts.active), 0) as denominator
from cuts
inner join readings
    on cuts.kpi_date = readings.kpi_date and cuts.reading_date = readings.reading_date
group by cuts.kpi_date, cuts.reading_date, cuts.dimension, cuts.value_key
