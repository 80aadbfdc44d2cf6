-- One row per (as_of_date, one_id): the sum of the ledger of records that carried no balance when an entry was known,
-- for people without any record that carries one.
with ledgers as (
    select
        entries.source,
        entries.customer_id,
        entries.points,
        entries.occurred_at,
        entries.known_at,
        entries.superseded_at
    from {{ ref('points_ledger') }} as entries
    left join {{ ref('customers') }} as customers
        on
            entries.source = customers.source
            and entries.customer_id = customers.customer_id
            and customers.points is not null
            and customers.known_at <= entries.known_at
    where customers.customer_id is null
)

select
    known.as_of_date,
    customer_records.one_id,
    cast(sum(known.points) as bigint) as points_balance
from {{ known_versions('ledgers', 'as_of') }} as known
inner join {{ ref('customer_records') }} as customer_records
    on
        known.as_of_date = customer_records.as_of_date
        and known.source = customer_records.source
        and known.customer_id = customer_records.customer_id
where known.occurred_at < known.ends_at
group by known.as_of_date, customer_records.one_id
