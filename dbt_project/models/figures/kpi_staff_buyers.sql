-- How many people who paid an order on a day had a message of a member of staff in the 7 days before it.
with messages as (
    select
        as_of_date as reading_date,
        staff_id,
        one_id,
        sent_date
    from {{ states_at(ref('message_states'), 'kpi') }} as messages
    where
        one_id is not null
        and staff_id is not null
        and sent_date <= as_of_date
        and sent_date >= {{ add_days('as_of_date', '-' ~ ((var('restate_days') | int) + 7)) }}
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
