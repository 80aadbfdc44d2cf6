{{ config(materialized='view') }}

-- Nothing says when it was booked: history knows it from its start on.
with appointments_rows as (
    select
        source,
        appointment_id,
        customer_id,
        kind,
        cast(starts_at as timestamp) as starts_at,
        status,
        staff_id,
        {{ fact_known_at('cast(starts_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'appointments', source='raw.source') }} as landed_appointments
)

{{ noun_versions('appointments', 'appointments_rows') }}
