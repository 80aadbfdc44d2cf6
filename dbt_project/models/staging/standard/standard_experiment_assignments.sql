{{ config(materialized='view') }}

with experiment_assignments_rows as (
    select
        source,
        experiment_id,
        customer_id,
        cast(assigned_at as timestamp) as assigned_at,
        arm,
        message_channel,
        offer_id,
        probability,
        {{ fact_known_at('cast(assigned_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'experiment_assignments', source='raw.source') }} as landed_assignments
)

{{ noun_versions('experiment_assignments', 'experiment_assignments_rows') }}
