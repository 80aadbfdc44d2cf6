select
    scores.one_id,
    scores.model,
    cast(scores.as_of_date as date) as as_of_date,
    scores.model_version,
    cast(scores.horizon_days as bigint) as horizon_days,
    round(cast(scores.score as double), 6) as score,
    cast(scores.decile as bigint) as decile,
    scores.basis,
    scores.reason_1,
    scores.reason_2,
    scores.reason_3
from {{ source('scores', 'customer_scores') }} as scores
inner join {{ run_dates('as_of') }} as dates
    on scores.as_of_date = dates.as_of_date
