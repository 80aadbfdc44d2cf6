-- One row per (source, entry_id, from_date): an entry of a points ledger as known at the dates from from_date until before
-- to_date, and whose it was. has_balance_elsewhere: its record carried a balance of its own when the entry was known.
with balances as (
    select
        source,
        customer_id,
        min(known_at) as known_at
    from {{ ref('customers') }}
    where points is not null
    group by source, customer_id
)

select
    owners.one_id,
    owners.person_key,
    entries.source,
    entries.entry_id,
    entries.points,
    balances.customer_id is not null as has_balance_elsewhere,
    {{ business_date('entries.occurred_at') }} as occurred_date,
    greatest(entries.counts_from, {{ business_date('entries.occurred_at') }}, owners.from_date) as from_date,
    least(entries.counts_to, owners.to_date) as to_date
from {{ ref('points_ledger') }} as entries
inner join {{ ref('record_owners') }} as owners
    on
        entries.source = owners.source
        and entries.customer_id = owners.customer_id
        and (entries.counts_to is null or owners.from_date < entries.counts_to)
        and (owners.to_date is null or owners.to_date > entries.counts_from)
left join balances
    on
        entries.source = balances.source
        and entries.customer_id = balances.customer_id
        and balances.known_at <= entries.known_at
where
    (entries.counts_to is null or entries.counts_to > entries.counts_from)
    and (owners.to_date is null or owners.to_date > {{ business_date('entries.occurred_at') }})
    and (entries.counts_to is null or entries.counts_to > {{ business_date('entries.occurred_at') }})
