{{ config(materialized='table') }}
-- One row per (as_of_date, person_key): everybody known at a feature date, whether a hard rule keeps them out of every
-- model, and since when they are registered with the brand.
with customers as (
    select
        as_of_date,
        source,
        customer_id,
        case when registered_date <= as_of_date then registered_date end as registered_date
    from {{ states_at(ref('record_states'), 'feature') }} as records
)

select
    records.as_of_date,
    records.one_id,
    records.person_key,
    max(hard_rules.exclusion) is not null as is_excluded,
    min(customers.registered_date) as registered_date
from {{ ref('feature_records') }} as records
left join customers
    on
        records.as_of_date = customers.as_of_date
        and records.source = customers.source
        and records.customer_id = customers.customer_id
left join {{ ref('hard_rules') }} as hard_rules
    on records.as_of_date = hard_rules.as_of_date and records.one_id = hard_rules.one_id
group by records.as_of_date, records.one_id, records.person_key
