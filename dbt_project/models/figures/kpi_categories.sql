-- 私域适配度: per category, how soon people buy again, how many do within 12 months, and what is earned on it, by the paid
-- orders of the year to the first day of the date's month. A category's nature does not change overnight: read once
-- a month, 28 dates cost what one does.
with months as (
    select distinct cast(date_trunc('month', as_of_date) as date) as month_date
    from {{ run_dates('as_of') }} as dates
),

orders as (
    select
        months.month_date,
        states.person_key,
        states.source,
        states.order_id,
        states.paid_date
    from months
    inner join {{ ref('order_states') }} as states
        on
            states.paid_date > {{ add_days(
                'months.month_date', 'cast(-' ~ segment_number('order_window_days') ~ ' as integer)'
            ) }}
            and states.from_date <= months.month_date
            and (states.to_date is null or states.to_date > months.month_date)
    where states.person_key is not null
),

days as (
    select
        orders.month_date,
        lines.category,
        orders.person_key,
        orders.paid_date,
        sum(lines.line_fen) as sold_fen,
        sum(case when lines.cost_fen is not null then lines.line_fen else 0 end) as costed_fen,
        sum(lines.cost_fen) as cost_fen
    from orders
    inner join {{ ref('line_states') }} as lines
        on
            orders.source = lines.source
            and orders.order_id = lines.order_id
            and lines.from_date <= orders.month_date
            and (lines.to_date is null or lines.to_date > orders.month_date)
    where lines.category is not null
    group by orders.month_date, lines.category, orders.person_key, orders.paid_date
),

people as (
    select
        month_date,
        category,
        person_key,
        count(*) as purchase_days,
        sum(sold_fen) as sold_fen,
        sum(costed_fen) as costed_fen,
        sum(cost_fen) as cost_fen,
        case
            when count(*) > 1
                then {{ rounded_quotient('10 * ' ~ days_between('min(paid_date)', 'max(paid_date)'), 'count(*) - 1') }}
        end as gap_tenths
    from days
    group by month_date, category, person_key
)

-- A buyer's gap is the mean of their own, to a tenth of a day: else the most frequent buyers speak for everybody.
select
    month_date,
    category,
    count(*) as buyers,
    sum(case when purchase_days > 1 then 1 else 0 end) as repeat_buyers,
    {{ observed_percentile('gap_tenths', 50) }} as gap_tenths,
    cast(sum(sold_fen) as bigint) as sold_fen,
    cast(sum(costed_fen) as bigint) as costed_fen,
    cast(sum(cost_fen) as bigint) as cost_fen
from people
group by month_date, category
