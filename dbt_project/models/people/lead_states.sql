-- One row per (source, lead_id, from_date): a lead as known from from_date until before to_date, and whose it was.
with versions as (
    select
        source,
        customer_id,
        lead_id,
        company,
        stage,
        owner,
        counts_from,
        counts_to
    from {{ ref('leads') }}
)

select
    one_id,
    source,
    lead_id,
    company,
    stage,
    owner,
    from_date,
    to_date
from {{ owned('versions') }} as states
