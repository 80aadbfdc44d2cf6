-- One row per friendship that touched the 7 days to a day, as known at a reading of that day.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
),

follows as (
    select
        as_of_date,
        one_id,
        staff_id,
        coalesce(code, 'none') as code,
        coalesce(add_way, 'unknown') as add_way,
        added_date,
        case when deleted_by_customer_date <= as_of_date then deleted_by_customer_date end as deleted_date,
        case when deleted_by_staff_date <= as_of_date then deleted_by_staff_date end as dropped_date
    from {{ states_at(ref('friendships'), 'kpi') }} as friendships
    where is_test is not true
)

select
    readings.kpi_date,
    readings.reading_date,
    follows.staff_id,
    follows.one_id,
    follows.code,
    follows.add_way,
    follows.added_date,
    follows.deleted_date,
    least(follows.deleted_date, follows.dropped_date) as ended_date
from follows
inner join readings
    on
        follows.as_of_date = readings.reading_date
        and follows.added_date <= readings.kpi_date
        and coalesce(
            greatest(follows.deleted_date, follows.dropped_date) >= {{ add_days('readings.kpi_date', '-7') }}, true
        )
