-- One row per (as_of_date, one_id): the sum of the ledger of records that carried no balance when an entry was known,
-- for people without any record that carries one.
select
    as_of_date,
    one_id,
    cast(sum(points) as bigint) as points_balance
from {{ states_at(ref('points_states')) }} as entries
where not is_in_balance
group by as_of_date, one_id
