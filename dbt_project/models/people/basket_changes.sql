-- One row per (order_key, changed_date): a day after an order's first on which what it held changed: its lines, which
-- land in files of their own, or the category that the catalogue gives a product of it. Whoever works something out
-- once for everybody with the same orders has to tell such days apart.
with first_days as (
    select
        order_key,
        min(from_date) as first_date
    from {{ ref('order_states') }}
    group by order_key
),

days as (
    select
        order_key,
        from_date as changed_date
    from {{ ref('basket_states') }}
    union
    select
        order_key,
        to_date as changed_date
    from {{ ref('basket_states') }}
    where to_date is not null
)

select
    days.order_key,
    days.changed_date
from days
inner join first_days on days.order_key = first_days.order_key
where days.changed_date > first_days.first_date
