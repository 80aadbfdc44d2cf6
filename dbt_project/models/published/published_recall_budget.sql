select
    budget.audience_id,
    cast(budget.as_of_date as date) as as_of_date,
    cast(budget.budget_fen as bigint) as budget_fen,
    cast(budget.expected_cost_fen as bigint) as expected_cost_fen,
    round(cast(budget.shadow_price as double), 6) as shadow_price,
    cast(budget.dual_bound_fen as bigint) as dual_bound_fen,
    round(cast(budget.optimality_gap as double), 8) as optimality_gap,
    cast(budget.held_back_people as bigint) as held_back_people,
    cast(budget.held_back_net_fen as bigint) as held_back_net_fen,
    budget.is_cut,
    cast(budget.planned_net_mean_fen as bigint) as planned_net_mean_fen,
    cast(budget.planned_net_p10_fen as bigint) as planned_net_p10_fen,
    cast(budget.planned_net_p90_fen as bigint) as planned_net_p90_fen,
    cast(budget.care_budget_fen as bigint) as care_budget_fen,
    cast(budget.care_cost_fen as bigint) as care_cost_fen,
    round(cast(budget.care_shadow_price as double), 6) as care_shadow_price,
    cast(budget.service_cost_fen as bigint) as service_cost_fen
from {{ source('recall', 'budget') }} as budget
inner join {{ run_dates('as_of') }} as dates
    on budget.as_of_date = dates.as_of_date
inner join {{ ref('sending_gate') }} as gate on gate.is_open
