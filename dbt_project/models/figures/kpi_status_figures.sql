-- Messages sent on a day whose status is a word that the seed message_statuses does not know: they count as sent until
-- it does.
select
    as_of_date,
    as_of_date as kpi_date,
    'messages_of_unknown_status' as kpi,
    'all' as dimension,
    'all' as value_key,
    count(*) as numerator,
    cast(null as bigint) as denominator
from {{ states_at(ref('message_states')) }} as messages
where not has_known_status and sent_date = as_of_date
group by as_of_date
