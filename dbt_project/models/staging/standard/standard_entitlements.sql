{{ config(materialized='view') }}

-- Nothing says when it was granted: history counts it as known a seeded term before it ends.
with term as (
    select cast(max(value) as bigint) * interval '1' day as length
    from {{ vocabulary('standard', 'entitlement_term_days') }} as words
),

entitlements_rows as (
    select
        landed_entitlements.source,
        landed_entitlements.entitlement_id,
        landed_entitlements.customer_id,
        landed_entitlements.kind,
        cast(landed_entitlements.expires_at as timestamp) as expires_at,
        landed_entitlements.renewed_at,
        {{ fact_known_at('cast(expires_at as timestamp) - term.length') }} as known_at,
        landed_entitlements._landed_at,
        landed_entitlements._file_id,
        landed_entitlements._line
    from {{ landed('standard', 'entitlements', source='raw.source') }} as landed_entitlements
    cross join term
)

{{ noun_versions('entitlements', 'entitlements_rows') }}
