-- One row per (source, entitlement_id, from_date): a right as known at the dates from from_date until before to_date, and
-- whose it was, until it was renewed.
select
    owners.one_id,
    entitlements.source,
    entitlements.entitlement_id,
    entitlements.kind,
    {{ business_date('entitlements.expires_at') }} as expires_date,
    greatest(entitlements.counts_from, owners.from_date) as from_date,
    least(entitlements.counts_to, {{ business_date('entitlements.renewed_at') }}, owners.to_date) as to_date
from {{ ref('entitlements') }} as entitlements
inner join {{ ref('record_owners') }} as owners
    on
        entitlements.source = owners.source
        and entitlements.customer_id = owners.customer_id
        and (entitlements.counts_to is null or owners.from_date < entitlements.counts_to)
        and (owners.to_date is null or owners.to_date > entitlements.counts_from)
where
    (entitlements.counts_to is null or entitlements.counts_to > entitlements.counts_from)
    and (
        entitlements.renewed_at is null
        or {{ business_date('entitlements.renewed_at') }} > greatest(entitlements.counts_from, owners.from_date)
    )
