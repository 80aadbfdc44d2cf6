-- One row per (source, lead_id, changed_at, from_date): a stage that a lead came to, as known from from_date until
-- before to_date, and whose it was. A lead stands where its latest change says; the earlier ones stand beside it.
with versions as (
    select
        source,
        customer_id,
        lead_id,
        company,
        company_id,
        email_domain,
        title,
        stage,
        owner,
        changed_at,
        {{ business_date('changed_at') }} as changed_date,
        greatest(counts_from, {{ business_date('changed_at') }}) as counts_from,
        counts_to
    from {{ ref('leads') }}
)

select
    one_id,
    person_key,
    is_test,
    source,
    lead_id,
    company,
    company_id,
    email_domain,
    title,
    stage,
    owner,
    changed_at,
    changed_date,
    from_date,
    to_date
from {{ owned('versions') }} as states
