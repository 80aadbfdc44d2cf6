{{ config(materialized='view') }}

with member_merges_rows as (
    select
        source,
        customer_id_from,
        customer_id_to,
        cast(merged_at as timestamp) as merged_at,
        {{ fact_known_at('cast(merged_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'member_merges', source='raw.source') }} as landed_member_merges
)

{{ noun_versions('member_merges', 'member_merges_rows') }}
