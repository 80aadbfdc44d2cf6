-- How many people who paid an order on a day were contacted by a member of staff in the 7 days before it.
with messages as (
    select
        reading_date,
        staff_id,
        one_id,
        sent_date
    from {{ ref('staff_contacts') }}
    where
        one_id is not null
        and sent_date >= {{ add_days('reading_date', '-' ~ ((var('restate_days') | int) + 7)) }}
)

select
    orders.kpi_date,
    orders.reading_date,
    messages.staff_id,
    count(distinct orders.one_id) as bought
from {{ ref('kpi_orders') }} as orders
inner join messages
    on
        orders.reading_date = messages.reading_date
        and orders.one_id = messages.one_id
        and messages.sent_date <= orders.kpi_date
        and messages.sent_date >= {{ add_days('orders.kpi_date', '-7') }}
group by 1, 2, 3
