{{ config(materialized='view') }}

with leads_rows as (
    select
        lead_id,
        source,
        customer_id,
        company,
        company_id,
        email_domain,
        title,
        stage,
        owner,
        cast(changed_at as timestamp) as changed_at,
        {{ fact_known_at('cast(changed_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'leads', source='raw.source') }} as landed_leads
)

{{ noun_versions('leads', 'leads_rows') }}
