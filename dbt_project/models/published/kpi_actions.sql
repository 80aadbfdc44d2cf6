-- One row per source record and day on which it did something itself, as known at a reading of that day. Receiving a
-- message is no action; going away is none either. What a message's receipt or a list of friends or members says of the
-- customer is as good as an event: those platforms send none.
{%- set steps = [
    ('messages', 'clicked_at'), ('messages', 'replied_at'), ('follows', 'added_at'), ('group_memberships', 'joined_at'),
] %}
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
{%- for noun, step in steps %}
union
select
    readings.kpi_date,
    readings.reading_date,
    known.source,
    known.customer_id
from {{ known_versions(ref(noun), 'kpi') }} as known
inner join readings
    on known.as_of_date = readings.reading_date and {{ business_date('known.' ~ step) }} = readings.kpi_date
where known.{{ step }} < known.ends_at and known.customer_id is not null
{%- endfor %}
union
select
    kpi_date,
    reading_date,
    source,
    customer_id
from {{ ref('kpi_orders') }}
where customer_id is not null
