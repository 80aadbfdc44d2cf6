{{ config(materialized='view') }}

with task_results_rows as (
    select
        task_id,
        staff_id,
        status,
        cast(changed_at as timestamp) as changed_at,
        note_code,
        {{ fact_known_at('cast(changed_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'task_results') }} as landed_task_results
)

{{ noun_versions('task_results', 'task_results_rows') }}
