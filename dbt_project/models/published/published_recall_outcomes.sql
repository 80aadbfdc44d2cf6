select
    outcomes.as_of_date,
    cast(outcomes.week_from as date) as week_from,
    outcomes.read_window,
    outcomes.source,
    coalesce(outcomes.experiment_id, outcomes.policy_id) as subject,
    cast(outcomes.people_sent as bigint) as people_sent,
    cast(outcomes.people_held_back as bigint) as people_held_back,
    cast(outcomes.realised_net_fen as bigint) as realised_net_fen,
    cast(outcomes.realised_low_fen as bigint) as realised_low_fen,
    cast(outcomes.realised_high_fen as bigint) as realised_high_fen,
    cast(outcomes.detectable_net_fen as bigint) as detectable_net_fen,
    cast(outcomes.predicted_net_fen as bigint) as predicted_net_fen,
    cast(outcomes.predicted_low_fen as bigint) as predicted_low_fen,
    cast(outcomes.predicted_high_fen as bigint) as predicted_high_fen,
    round(cast(outcomes.lift as double), 6) as lift,
    round(cast(outcomes.lift_low as double), 6) as lift_low,
    round(cast(outcomes.lift_high as double), 6) as lift_high,
    round(cast(outcomes.detectable_lift as double), 6) as detectable_lift,
    round(cast(outcomes.predicted_lift as double), 6) as predicted_lift,
    round(cast(outcomes.predicted_lift_low as double), 6) as predicted_lift_low,
    round(cast(outcomes.predicted_lift_high as double), 6) as predicted_lift_high,
    outcomes.verdict,
    cast(outcomes.weeks_needed as bigint) as weeks_needed
from {{ source('recall', 'outcomes') }} as outcomes
inner join {{ run_dates('as_of') }} as dates
    on outcomes.as_of_date = dates.as_of_date
