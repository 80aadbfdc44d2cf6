-- One row per value that is known to be staff's or a shop's, with the business date from which it joins nobody:
-- whoever stands at the till types it in where a customer gives none. A scope that is empty is every one. It stays so
-- when they leave: the records that carry it are still there.
with house_values as (
    select
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_token as id_value,
        'staff_number' as no_join_reason,
        {{ identity_known_day('known_at', 'changed_at') }} as known_day
    from {{ ref('landed_suppressions') }}
    where reason = 'staff' and id_type <> 'customer_id'
    union all
    select
        'mobile' as id_type,
        '' as id_scope,
        id_value,
        'store_number' as no_join_reason,
        {{ known_date('known_at') }} as known_day
    from {{ ref('standard_store_numbers') }}
)

select
    id_type,
    id_scope,
    id_value,
    min(no_join_reason) as no_join_reason,
    min(known_day) as known_day
from house_values
group by id_type, id_scope, id_value
