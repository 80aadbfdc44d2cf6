-- One row per (source, entitlement_id, from_date): a membership, course or balance that ends, as known from from_date
-- until before to_date, and whose it was; no longer from the day on which it was renewed.
with entitlements as (
    select
        source,
        entitlement_id,
        customer_id,
        kind,
        {{ business_date('expires_at') }} as end_date,
        counts_from,
        least(counts_to, {{ business_date('renewed_at') }}) as counts_to
    from {{ ref('entitlements') }}
    where expires_at is not null
)

select
    one_id,
    person_key,
    source,
    entitlement_id,
    customer_id,
    kind,
    end_date,
    from_date,
    to_date
from {{ owned('entitlements') }} as states
