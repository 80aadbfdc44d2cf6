-- The arms in the words of contract version 1 (seed arms), for whoever still reads them.
select
    assignment.one_id,
    assignment.as_of_date,
    arms.arm_v1 as arm,
    assignment.audience_id,
    assignment.assignment_probability,
    assignment.global_holdout,
    assignment.is_eligible
from {{ ref('published_recall_assignment') }} as assignment
inner join {{ ref('arms') }} as arms on assignment.arm = arms.arm
where {{ among_dates('assignment.as_of_date', dates_of('as_of')) }}
