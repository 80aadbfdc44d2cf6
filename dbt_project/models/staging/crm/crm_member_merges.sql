{{ config(materialized='view') }}

with merged_numbers as (
    select
        'crm' as source,
        member_no_from as customer_id_from,
        member_no_to as customer_id_to,
        cast(merged_at as timestamp) as merged_at,
        {{ fact_known_at('cast(merged_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('crm', 'merges') }} as landed_merges
)

{{ noun_versions('member_merges', 'merged_numbers') }}
