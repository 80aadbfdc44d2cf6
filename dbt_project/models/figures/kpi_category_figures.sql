-- 私域适配度 of the versions of a run: per category the gap between purchases, the share who buy again, and the margin
-- where enough of what was sold has a cost.
with read_on as (
    select
        as_of_date,
        cast(date_trunc('month', as_of_date) as date) as month_date
    from {{ run_dates('as_of') }} as dates
),

categories as (
    select
        read_on.as_of_date,
        categories.*,
        categories.costed_fen > 0
        and 100 * categories.costed_fen
        >= {{ recall_number('costed_share_percent') }} * categories.sold_fen as is_costed
    from read_on
    inner join {{ ref('kpi_categories') }} as categories
        on read_on.month_date = categories.month_date
)

select
    categories.as_of_date,
    categories.as_of_date as kpi_date,
    'category_gap_days' as kpi,
    'category' as dimension,
    categories.category as value_key,
    cast(categories.gap_tenths as decimal(18, 1)) / 10 as numerator,
    categories.repeat_buyers as denominator
from categories
union all
select
    categories.as_of_date,
    categories.as_of_date as kpi_date,
    'category_repurchase_rate' as kpi,
    'category' as dimension,
    categories.category as value_key,
    categories.repeat_buyers as numerator,
    categories.buyers as denominator
from categories
union all
select
    categories.as_of_date,
    categories.as_of_date as kpi_date,
    'category_margin' as kpi,
    'category' as dimension,
    categories.category as value_key,
    case when categories.is_costed then categories.costed_fen - categories.cost_fen end as numerator,
    case when categories.is_costed then categories.costed_fen end as denominator
from categories
