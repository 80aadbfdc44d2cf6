-- 私域适配度 of the versions of a run: per category the gap between purchases, the share who buy again, and the margin where
-- enough of what was sold has a cost.
with read_on as (
    select
        as_of_date,
        cast(date_trunc('month', as_of_date) as date) as month_date
    from {{ run_dates('as_of') }} as dates
),

categories as (
    select
        read_on.as_of_date,
        categories.*
    from read_on
    inner join {{ ref('kpi_categories') }} as categories
        on read_on.month_date = categories.month_date
)

select
    as_of_date,
    as_of_date as kpi_date,
    'category_gap_days' as kpi,
    'category' as dimension,
    category as value_key,
    cast(gap_tenths as decimal(18, 1)) / 10 as numerator,
    repeat_buyers as denominator
from categories
union all
select as_of_date, as_of_date, 'category_repurchase_rate', 'category', category, repeat_buyers, buyers
from categories
union all
select
    as_of_date,
    as_of_date,
    'category_margin',
    'category',
    category,
    case when costed_fen * 100 >= sold_fen * {{ recall_number('costed_share_percent') }} and costed_fen > 0 then costed_fen - cost_fen end,
    case when costed_fen * 100 >= sold_fen * {{ recall_number('costed_share_percent') }} and costed_fen > 0 then costed_fen end
from categories
