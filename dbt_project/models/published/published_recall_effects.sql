select
    cast(effects.as_of_date as date) as as_of_date,
    effects.band,
    effects.message_channel,
    effects.depth,
    round(cast(effects.prior_mean as double), 9) as prior_mean,
    round(cast(effects.prior_sd as double), 9) as prior_sd,
    cast(effects.rows_sent as bigint) as rows_sent,
    cast(effects.rows_held as bigint) as rows_held,
    round(cast(effects.estimate as double), 9) as estimate,
    round(cast(effects.estimate_se as double), 9) as estimate_se,
    round(cast(effects.posterior_mean as double), 9) as posterior_mean,
    round(cast(effects.posterior_sd as double), 9) as posterior_sd,
    round(cast(effects.posterior_p10 as double), 9) as posterior_p10,
    round(cast(effects.posterior_p90 as double), 9) as posterior_p90,
    round(cast(effects.probability_positive as double), 9) as probability_positive,
    effects.basis
from {{ source('recall', 'effects') }} as effects
inner join {{ run_dates('as_of') }} as dates
    on effects.as_of_date = dates.as_of_date
