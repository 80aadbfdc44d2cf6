{{ config(materialized='view') }}

with campaigns_rows as (
    select
        campaign_id,
        name,
        kind,
        cast(starts_at as timestamp) as starts_at,
        cast(ends_at as timestamp) as ends_at,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'campaigns') }} as landed_campaigns
)

{{ reference_versions('campaigns', 'campaigns_rows') }}
