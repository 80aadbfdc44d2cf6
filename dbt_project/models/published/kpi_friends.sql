-- One row per friendship that touched the 7 days to a day, as known at a reading of that day.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('kpi_days') }}
),

follows as (
    select
        as_of_date,
        cut_off_at,
        source,
        customer_id,
        staff_id,
        coalesce(state, 'none') as code,
        coalesce(add_way, 'unknown') as add_way,
        {{ business_date('added_at') }} as added_date,
        {{ business_date(happened('deleted_by_customer_at')) }} as deleted_date,
        {{ business_date(happened('deleted_by_staff_at')) }} as dropped_date
    from {{ known_versions(ref('follows'), 'kpi') }} as known
    -- Subscribers of an official account are no friends of a member of staff (segments.staff_follows).
    where added_at < ends_at and staff_id is not null and source <> 'official_account'
)

select
    readings.kpi_date,
    readings.reading_date,
    follows.staff_id,
    records.one_id,
    follows.code,
    follows.add_way,
    follows.added_date,
    follows.deleted_date,
    least(
        coalesce(follows.deleted_date, follows.dropped_date),
        coalesce(follows.dropped_date, follows.deleted_date)
    ) as ended_date
from follows
inner join readings
    on
        follows.as_of_date = readings.reading_date
        and follows.added_date <= readings.kpi_date
        and (
            coalesce(follows.deleted_date, follows.dropped_date) is null
            or greatest(
                coalesce(follows.deleted_date, follows.dropped_date),
                coalesce(follows.dropped_date, follows.deleted_date)
            ) >= {{ add_days('readings.kpi_date', '-7') }}
        )
inner join {{ ref('source_records') }} as records
    on
        follows.source = records.source
        and follows.customer_id = records.customer_id
        and records.known_from <= follows.cut_off_at
        and (records.known_to is null or records.known_to > follows.cut_off_at)
