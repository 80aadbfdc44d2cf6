-- How many people who paid an order on a day were contacted by a member of staff in the 7 days before it, or on the
-- day itself before they paid.
select
    orders.kpi_date,
    orders.reading_date,
    contacts.staff_id,
    count(distinct orders.one_id) as bought
from {{ ref('kpi_orders') }} as orders
inner join {{ ref('staff_contacts') }} as contacts
    on
        orders.reading_date = contacts.reading_date
        and orders.one_id = contacts.one_id
        and contacts.sent_date <= orders.kpi_date
        and (contacts.sent_at is null or contacts.sent_at <= orders.paid_at)
        and contacts.sent_date >= {{ add_days('orders.kpi_date', '-7') }}
group by orders.kpi_date, orders.reading_date, contacts.staff_id
