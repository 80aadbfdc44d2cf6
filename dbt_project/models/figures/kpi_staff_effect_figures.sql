-- 人效 beside the sales: what lots say that the staff's messages and calls earned, per active member of staff. A version
-- without a lot that has closed has no such row: nothing is known then, and that is not nothing.
with active as (
    select
        plan.as_of_date,
        figures.denominator
    from {{ ref('reading_plan') }} as plan
    inner join {{ ref('kpi_staff_figures') }} as figures
        on plan.kpi_date = figures.kpi_date and plan.reading_date = figures.reading_date
    where plan.kpi_date = plan.as_of_date and figures.dimension = 'all'
)

select
    effects.as_of_date,
    effects.as_of_date as kpi_date,
    'incremental_profit_per_staff' as kpi,
    'all' as dimension,
    'all' as value_key,
    effects.incremental_profit_fen as numerator,
    active.denominator
from {{ ref('staff_effects') }} as effects
left join active on effects.as_of_date = active.as_of_date
where effects.staff_id is null and effects.incremental_profit_fen is not null
