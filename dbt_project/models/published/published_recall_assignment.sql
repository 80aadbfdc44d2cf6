-- Nobody is sent and nobody is held out while the gate is closed: an experiment that was not carried out is not read.
select
    assignment.one_id,
    cast(assignment.as_of_date as date) as as_of_date,
    assignment.arm,
    assignment.audience_id,
    round(cast(assignment.assignment_probability as double), 6) as assignment_probability,
    assignment.global_holdout,
    assignment.is_eligible,
    assignment.waits_for,
    assignment.passed_over_because
from {{ source('recall', 'assignment') }} as assignment
inner join {{ run_dates('as_of') }} as dates
    on assignment.as_of_date = dates.as_of_date
inner join {{ ref('sending_gate') }} as gate on gate.is_open
