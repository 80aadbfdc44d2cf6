-- One row per source record and day on which it did something itself, as known at a reading of that day. Receiving a
-- message is no action; going away is none either.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('kpi_days') }}
)

select distinct
    readings.kpi_date,
    readings.reading_date,
    events.source,
    events.customer_id
from {{ known_versions(ref('events'), 'kpi') }} as events
inner join readings
    on
        events.as_of_date = readings.reading_date
        and {{ business_date('events.occurred_at') }} = readings.kpi_date
left join {{ ref('passive_event_types') }} as passive
    on events.event_type = passive.event_type
where events.occurred_at < events.ends_at and events.customer_id is not null and passive.event_type is null
union
select
    kpi_date,
    reading_date,
    source,
    customer_id
from {{ ref('kpi_orders') }}
where customer_id is not null
