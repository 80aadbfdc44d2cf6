{{ config(materialized='table') }}
-- One row per (as_of_date, person_key): everybody known at a feature date, and whether any of their records is a test
-- account or registered with the brand.
with customers as (
    select
        as_of_date,
        source,
        customer_id,
        is_test,
        case when registered_date <= as_of_date then registered_date end as registered_date
    from {{ states_at(ref('record_states'), 'feature') }} as records
)

select
    records.as_of_date,
    records.one_id,
    records.person_key,
    max(case when customers.is_test then 1 else 0 end) = 1 as is_test,
    min(customers.registered_date) as registered_date
from {{ ref('feature_records') }} as records
left join customers
    on
        records.as_of_date = customers.as_of_date
        and records.source = customers.source
        and records.customer_id = customers.customer_id
group by records.as_of_date, records.one_id, records.person_key
