-- 首单成交周期: the median of days from the first private contact to the first order by Kaplan and Meier (1958). Who has
-- not ordered by the date counts as waiting until then, who had ordered before the contact does not count. The median
-- is the first day by which half have ordered; where fewer than half have, it is unknown, and percentiles stand beside.
with friends as (
    select
        as_of_date,
        one_id,
        {{ business_date('min(added_at)') }} as added_date
    from {{ ref('staff_follows') }}
    group by as_of_date, one_id
),

waited as (
    select
        friends.as_of_date,
        friends.one_id,
        stages.first_order_date is not null as is_finished,
        {{ days_between('friends.added_date', 'coalesce(stages.first_order_date, friends.as_of_date)') }} as days
    from friends
    inner join {{ run_dates('as_of') }} as dates
        on friends.as_of_date = dates.as_of_date
    inner join {{ ref('customer_profile') }} as profiles
        on friends.as_of_date = profiles.as_of_date and friends.one_id = profiles.one_id
    left join {{ ref('purchase_stages') }} as stages
        on friends.as_of_date = stages.as_of_date and friends.one_id = stages.one_id
    where
        not coalesce(profiles.is_test, false)
        and (stages.first_order_date is null or stages.first_order_date >= friends.added_date)
),

{{ waited_medians('waited', ['as_of_date']) }},

-- Where fewer than half have ordered, the first tenth and the first quarter say how soon people begin.
percentiles as (
    {%- for name, left_waiting in [('p10', '0.9'), ('p25', '0.75'), ('p50', '0.5')] %}
    {{ 'union all' if not loop.first }}
    select
        as_of_date,
        '{{ name }}' as percentile,
        min(case when still_waiting <= {{ left_waiting }} then days end) as days
    from survival
    group by as_of_date
    {%- endfor %}
),

people as (
    select
        as_of_date,
        count(*) as people
    from waited
    group by as_of_date
)

select
    waited.as_of_date,
    waited.as_of_date as kpi_date,
    'first_order_days' as kpi,
    'all' as dimension,
    'all' as value_key,
    max(medians.median_days) as numerator,
    count(*) as denominator
from waited
inner join medians
    on waited.as_of_date = medians.as_of_date
group by waited.as_of_date
union all
select
    percentiles.as_of_date,
    percentiles.as_of_date as kpi_date,
    'first_order_days' as kpi,
    'percentile' as dimension,
    percentiles.percentile as value_key,
    percentiles.days as numerator,
    people.people as denominator
from percentiles
inner join people on percentiles.as_of_date = people.as_of_date
union all
select
    waited.as_of_date,
    waited.as_of_date as kpi_date,
    'first_order_finished' as kpi,
    'all' as dimension,
    'all' as value_key,
    sum(case when waited.is_finished then 1 else 0 end) as numerator,
    count(*) as denominator
from waited
group by waited.as_of_date
