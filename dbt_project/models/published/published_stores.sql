-- The names by which people know the stores that the other tables hold as ids.
select
    stores.store_id,
    stores.as_of_date,
    stores.name,
    stores.city
from {{ states_at(ref('store_states')) }} as stores
