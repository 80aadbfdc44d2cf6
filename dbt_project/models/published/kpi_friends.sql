-- One row per friendship that touched the 7 days to a day, as known at a reading of that day.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('kpi_days') }}
),

friendships as (
    select
        one_id,
        staff_id,
        coalesce(code, 'none') as code,
        coalesce(add_way, 'unknown') as add_way,
        added_date,
        deleted_by_customer_date,
        deleted_by_staff_date,
        from_date,
        to_date
    from {{ ref('friendships') }}
),

-- Who deleted whom by the date of the reading.
follows as (
    select
        readings.kpi_date,
        readings.reading_date,
        friendships.one_id,
        friendships.staff_id,
        friendships.code,
        friendships.add_way,
        friendships.added_date,
        case
            when friendships.deleted_by_customer_date <= readings.reading_date then friendships.deleted_by_customer_date
        end as deleted_date,
        case
            when friendships.deleted_by_staff_date <= readings.reading_date then friendships.deleted_by_staff_date
        end as dropped_date
    from readings
    inner join friendships
        on
            friendships.added_date <= readings.kpi_date
            and friendships.from_date <= readings.reading_date
            and (friendships.to_date is null or friendships.to_date > readings.reading_date)
)

select
    kpi_date,
    reading_date,
    staff_id,
    one_id,
    code,
    add_way,
    added_date,
    deleted_date,
    least(coalesce(deleted_date, dropped_date), coalesce(dropped_date, deleted_date)) as ended_date
from follows
where
    coalesce(deleted_date, dropped_date) is null
    or greatest(coalesce(deleted_date, dropped_date), coalesce(dropped_date, deleted_date))
    >= {{ add_days('kpi_date', '-7') }}
