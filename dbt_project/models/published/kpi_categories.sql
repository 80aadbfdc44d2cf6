-- 私域适配度: per category, how soon people buy again, how many do within 12 months, and what is earned on it, by the paid
-- orders of the 365 days to the first day of the date's month. A category's nature does not change overnight: read once
-- a month, 28 dates cost what one does.
with months as (
    select distinct cast(date_trunc('month', as_of_date) as date) as month_date
    from {{ run_dates('as_of') }} as dates
),

read_at as (
    select
        month_date,
        cast(month_date as timestamp) + interval '16' hour as ends_at,
        {{ cut_off_of('month_date') }} as cut_off_at
    from months
),

test_records as (
    select distinct
        read_at.month_date,
        customers.source,
        customers.customer_id
    from read_at
    inner join {{ ref('customers') }} as customers
        on
            customers.known_at <= read_at.cut_off_at
            and (customers.superseded_at is null or customers.superseded_at > read_at.cut_off_at)
    where customers.is_test
),

orders as (
    select
        read_at.month_date,
        read_at.cut_off_at,
        versions.person_key,
        versions.source,
        versions.order_id,
        {{ business_date('versions.paid_at') }} as paid_date
    from read_at
    inner join {{ ref('order_versions') }} as versions
        on
            versions.paid_at < read_at.ends_at
            and versions.paid_at >= read_at.ends_at - interval '365' day
            and versions.known_at <= read_at.cut_off_at
            and (versions.superseded_at is null or versions.superseded_at > read_at.cut_off_at)
    left join test_records
        on
            versions.is_ever_test
            and read_at.month_date = test_records.month_date
            and versions.source = test_records.source
            and versions.customer_id = test_records.customer_id
    where
        test_records.customer_id is null
        and (versions.cancelled_at is null or versions.cancelled_at >= read_at.ends_at)
),

-- The newest name a product had by then, from whichever catalogue knows it.
product_categories as (
    select
        read_at.month_date,
        products.sku_id,
        max(products.category) as category
    from read_at
    inner join {{ ref('products') }} as products
        on
            products.known_at <= read_at.cut_off_at
            and (products.superseded_at is null or products.superseded_at > read_at.cut_off_at)
    group by read_at.month_date, products.sku_id
),

days as (
    select
        orders.month_date,
        coalesce(lines.category, products.category) as category,
        orders.person_key,
        orders.paid_date,
        sum(lines.amount_fen - coalesce(lines.discount_fen, 0)) as sold_fen,
        sum(case
            when lines.cost_fen is not null then lines.amount_fen - coalesce(lines.discount_fen, 0)
            else 0
        end) as costed_fen,
        sum(lines.cost_fen) as cost_fen
    from orders
    inner join {{ ref('order_lines') }} as lines
        on
            orders.source = lines.source
            and orders.order_id = lines.order_id
            and lines.known_at <= orders.cut_off_at
            and (lines.superseded_at is null or lines.superseded_at > orders.cut_off_at)
    left join product_categories as products
        on orders.month_date = products.month_date and lines.sku_id = products.sku_id
    where not coalesce(lines.is_gift, false) and coalesce(lines.category, products.category) is not null
    group by orders.month_date, coalesce(lines.category, products.category), orders.person_key, orders.paid_date
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
