-- Of whoever has no plan too: doing nothing is an option. None while the gate is closed.
select
    options.one_id,
    cast(options.as_of_date as date) as as_of_date,
    options.message_channel,
    options.offer_id,
    round(cast(options.probability as double), 6) as probability,
    options.is_chosen,
    options.is_repaired
from {{ source('recall', 'plan_options') }} as options
inner join {{ run_dates('as_of') }} as dates
    on options.as_of_date = dates.as_of_date
inner join {{ ref('sending_gate') }} as gate on gate.is_open
