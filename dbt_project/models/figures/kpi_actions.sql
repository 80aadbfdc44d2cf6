-- One row per source record and day on which it did something itself, as known at a reading of that day. Receiving a
-- message is no action; going away is none either. What a message's receipt or a list of friends or members says of the
-- customer is as good as an event: those platforms send none.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
)

select
    readings.kpi_date,
    readings.reading_date,
    interactions.source,
    interactions.customer_id
from readings
inner join {{ ref('interaction_states') }} as interactions
    on
        readings.kpi_date = interactions.touched_date
        and interactions.from_date <= readings.reading_date
        and (interactions.to_date is null or interactions.to_date > readings.reading_date)
left join {{ ref('touch_types') }} as types
    on interactions.touch = types.touch
where
    interactions.customer_id is not null
    and not coalesce(types.is_leaving, false)
    and not interactions.is_received_only
    and interactions.kind <> 'registration'
union
select
    kpi_date,
    reading_date,
    source,
    customer_id
from {{ ref('kpi_orders') }}
where customer_id is not null
