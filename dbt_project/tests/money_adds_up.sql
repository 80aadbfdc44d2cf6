{#-
  More than a fifth of at least 30 orders do not add up: a mapping reads another column than it should. Single ones stand
  in people.money_misfits and stop nobody.
-#}
with order_rows as (
    select count(*) as order_count
    from {{ ref('orders') }}
    where counts_to is null
),

misfits as (
    select count(*) as misfit_count
    from {{ ref('money_misfits') }}
)

select
    order_rows.order_count,
    misfits.misfit_count
from order_rows
cross join misfits
where order_rows.order_count >= 30 and misfits.misfit_count * 5 > order_rows.order_count
