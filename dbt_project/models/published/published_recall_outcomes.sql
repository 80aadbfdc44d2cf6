select
    outcomes.as_of_date,
    outcomes.audience_id,
    cast(outcomes.read_on_date as date) as read_on_date,
    cast(outcomes.predicted_net_p10_fen as bigint) as predicted_net_p10_fen,
    cast(outcomes.predicted_net_p50_fen as bigint) as predicted_net_p50_fen,
    cast(outcomes.predicted_net_p90_fen as bigint) as predicted_net_p90_fen,
    cast(outcomes.realised_net_fen as bigint) as realised_net_fen,
    cast(outcomes.realised_low_fen as bigint) as realised_low_fen,
    cast(outcomes.realised_high_fen as bigint) as realised_high_fen,
    round(cast(outcomes.sent_share as double), 4) as sent_share,
    round(cast(outcomes.srm_p_value as double), 4) as srm_p_value,
    outcomes.inside_interval
from {{ source('recall', 'outcomes') }} as outcomes
inner join {{ run_dates('as_of') }} as dates
    on outcomes.as_of_date = dates.as_of_date
