select
    health.as_of_date,
    health.check_name,
    coalesce(health.policy_id, 'all') as subject,
    round(cast(health.value as double), 6) as value,
    round(cast(health.low as double), 6) as low,
    round(cast(health.high as double), 6) as high,
    cast(health.n as bigint) as n,
    health.verdict,
    health.words,
    health.words_zh
from {{ source('recall', 'health') }} as health
inner join {{ run_dates('as_of') }} as dates
    on health.as_of_date = dates.as_of_date
