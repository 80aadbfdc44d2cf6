-- One row per (as_of_date, one_id) of a buyer: purchase days and the cadence K, the gap after which the next purchase
-- is overdue: the customer's own p90 gap, shrunk to that of their main category (cadence_priors).
{{ config(meta={'told_of': 'all'}) }}

with histories as (
    select
        as_of_date,
        person_key,
        {{ set_fingerprint('state_key') }} as order_set_hash,
        min(case when age_days < {{ segment_number('order_window_days') }} then order_date end) as window_from
    from {{ ref('paid_orders') }}
    where counts_as_purchase
    group by as_of_date, person_key
),

told as (
    select
        as_of_date,
        person_key,
        min(as_of_date) over (partition by person_key, order_set_hash, window_from) as computed_on_date
    from histories
),

-- A second order of a day follows after 0 days; leaving those out below is cheaper than grouping by day.
order_days as (
    select
        told.computed_on_date,
        told.person_key,
        orders.order_date,
        orders.age_days < {{ segment_number('order_window_days') }} as is_in_window,
        {{ days_between('lag(orders.order_date) over by_day', 'orders.order_date') }} as gap_days
    from {{ ref('paid_orders') }} as orders
    inner join told
        on orders.as_of_date = told.as_of_date and orders.person_key = told.person_key
    where orders.counts_as_purchase and told.as_of_date = told.computed_on_date
    window by_day as (partition by told.computed_on_date, told.person_key order by orders.order_date)
),

own as (
    select
        computed_on_date,
        person_key,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        count(*) as order_days_total,
        sum(case when is_in_window then 1 else 0 end) as order_days_365d,
        sum(case when is_in_window and gap_days is not null then 1 else 0 end) as gap_count,
        {{ observed_percentile('case when is_in_window then gap_days end', 90) }} as own_p90_gap_days
    from order_days
    where gap_days is null or gap_days > 0
    group by computed_on_date, person_key
),

people as (
    select distinct
        person_key,
        one_id
    from {{ ref('record_owners') }}
),

numbers as (
    select {{ segment_number('cadence_default_days') }} as default_days
),

joined as (
    select
        told.as_of_date,
        own.*,
        coalesce(of_category.p90_gap_days, of_brand.p90_gap_days, numbers.default_days) as prior_gap_days
    from told
    inner join own on told.computed_on_date = own.computed_on_date and told.person_key = own.person_key
    cross join numbers
    left join {{ ref('main_categories') }} as categories
        on {{ frozen_date('told.as_of_date') }} = categories.frozen_on and told.person_key = categories.person_key
    left join {{ ref('cadence_priors') }} as of_category
        on categories.frozen_on = of_category.frozen_on and categories.category = of_category.category
    left join {{ ref('cadence_priors') }} as of_brand
        on {{ frozen_date('told.as_of_date') }} = of_brand.frozen_on and of_brand.category is null
)

select
    joined.as_of_date,
    people.one_id,
    joined.first_order_date,
    joined.last_order_date,
    cast(joined.order_days_total as bigint) as order_days_total,
    cast(joined.order_days_365d as bigint) as order_days_365d,
    cast({{ days_between('joined.last_order_date', 'joined.as_of_date') }} as bigint) as recency_days,
    cast(joined.gap_count as bigint) as gap_count,
    cast(joined.own_p90_gap_days as bigint) as own_p90_gap_days,
    cast(joined.prior_gap_days as bigint) as prior_gap_days,
    {{ cadence_days('joined.gap_count', 'joined.own_p90_gap_days', 'joined.prior_gap_days') }} as cadence_days
from joined
inner join people on joined.person_key = people.person_key
