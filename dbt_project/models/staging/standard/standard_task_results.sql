{{ config(materialized='view') }}

-- A row of a sheet in which nothing was filled in is no result.
with task_results_rows as (
    {% for dataset in ['task_results', 'task_sheets'] -%}
    select
        task_id,
        staff_id,
        status,
        cast(changed_at as timestamp) as changed_at,
        {{ 'note_code' if dataset == 'task_results' else 'cast(null as varchar) as note_code' }},
        {{ fact_known_at('cast(changed_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', dataset) }} as landed_{{ dataset }}
    where status is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

{{ noun_versions('task_results', 'task_results_rows') }}
