-- One row per (source, group_id, customer_id, joined_at, from_date): a place in a chat group, known from from_date
-- until before to_date, and whose it was. left_date may lie ahead: whoever reads compares it with the date.
with memberships as (
    select
        source,
        group_id,
        customer_id,
        joined_at,
        {{ business_date('joined_at') }} as joined_date,
        {{ business_date('left_at') }} as left_date,
        greatest(counts_from, {{ business_date('joined_at') }}) as counts_from,
        counts_to
    from {{ ref('group_memberships') }}
    where joined_at is not null
)

select
    one_id,
    person_key,
    is_test,
    source,
    group_id,
    customer_id,
    joined_at,
    joined_date,
    left_date,
    from_date,
    to_date
from {{ owned('memberships') }} as states
