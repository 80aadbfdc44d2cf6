{{ config(materialized='view') }}

-- One row per number of a shop, with the moment from which it was known: in history from the beginning, as shops are.
select
    phone_shape as id_type,
    phone as id_value,
    min(case
        when _is_history then cast('1970-01-01 00:00:00' as timestamp)
        else {{ state_known_at() }}
    end) as known_at
from {{ landed('standard', 'stores') }} as landed_stores
where phone_shape in {{ joining_phones() }} and phone is not null
group by phone_shape, phone
