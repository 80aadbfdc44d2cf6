-- How many people who paid an order on a day had a message of a member of staff in the 7 days before it.
with messages as (
    select
        known.as_of_date as reading_date,
        known.staff_id,
        records.one_id,
        {{ business_date('known.sent_at') }} as sent_date
    from {{ known_versions(ref('messages'), 'kpi') }} as known
    inner join {{ ref('source_records') }} as records
        on
            known.source = records.source
            and known.customer_id = records.customer_id
            and records.known_from <= known.cut_off_at
            and (records.known_to is null or records.known_to > known.cut_off_at)
    where
        known.sent_at < known.ends_at
        and known.staff_id is not null
        and {{ business_date('known.sent_at') }}
        >= {{ add_days('known.as_of_date', '-' ~ ((var('restate_days') | int) + 7)) }}
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
