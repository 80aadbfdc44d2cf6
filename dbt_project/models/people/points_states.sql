-- One row per (source, entry_id, from_date): points earned or spent, as known from from_date until before to_date, and
-- whose they were. Where the record carried a balance by the time the entry was known, that balance holds them already.
with balances as (
    select
        source,
        customer_id,
        min(known_at) as first_known_at
    from {{ ref('customers') }}
    where points is not null
    group by source, customer_id
),

entries as (
    select
        ledger.source,
        ledger.entry_id,
        ledger.customer_id,
        ledger.points,
        {{ business_date('ledger.occurred_at') }} as moved_date,
        coalesce(balances.first_known_at <= ledger.known_at, false) as is_in_balance,
        greatest(ledger.counts_from, {{ business_date('ledger.occurred_at') }}) as counts_from,
        ledger.counts_to
    from {{ ref('points_ledger') }} as ledger
    left join balances on ledger.source = balances.source and ledger.customer_id = balances.customer_id
    where ledger.occurred_at is not null
)

select
    one_id,
    person_key,
    source,
    entry_id,
    customer_id,
    points,
    moved_date,
    is_in_balance,
    from_date,
    to_date
from {{ owned('entries') }} as states
