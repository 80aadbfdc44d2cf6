-- What nobody may be sent, and the first rule that says so. None while the gate is closed.
select
    options.one_id,
    cast(options.as_of_date as date) as as_of_date,
    options.policy_id,
    options.message_channel,
    options.offer_id,
    options.refused_because
from {{ source('recall', 'refused_options') }} as options
inner join {{ run_dates('as_of') }} as dates
    on options.as_of_date = dates.as_of_date
inner join {{ ref('sending_gate') }} as gate on gate.is_open
