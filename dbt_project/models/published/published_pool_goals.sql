-- Of each pool and each goal: who entered the pool in the funnel_days to the date, who of them had reached the goal
-- before, and who has since, with the days until the first tenth had (who has not counts as waiting,
-- waited_medians): half of them never do.
{%- set goals = {'store_visit': ('had_visited', 'visit_date'), 'order': ('had_ordered', 'first_order_date')} %}
with people as (
    {%- for goal, columns in goals.items() %}
    {{ 'union all' if not loop.first }}
    select
        as_of_date,
        value_key as pool,
        '{{ goal }}' as goal,
        coalesce({{ columns[0] }}, false) as had_reached,
        entered_date,
        {{ columns[1] }} as goal_date
    from {{ ref('funnel_people') }}
    where cut = 'pool' and {{ among_dates('as_of_date', dates_of('as_of')) }}
    {%- endfor %}
),

waited as (
    select
        as_of_date,
        pool,
        goal,
        goal_date is not null as is_finished,
        {{ days_between('entered_date', 'coalesce(goal_date, as_of_date)') }} as days
    from people
    where not had_reached
),

{{ waited_medians('waited', ['as_of_date', 'pool', 'goal']) }},

counted as (
    select
        as_of_date,
        pool,
        goal,
        count(*) as people,
        sum(case when had_reached then 1 else 0 end) as had_reached,
        sum(case when not had_reached and goal_date is not null then 1 else 0 end) as reached_goal
    from people
    group by as_of_date, pool, goal
),

-- Both pools and both goals have their rows, also where nobody entered.
cells as (
    select
        dates.as_of_date,
        pools.pool,
        goals.goal
    from {{ run_dates('as_of') }} as dates
    cross join (
        select 'traffic' as pool
        union all
        select 'leads' as pool
    ) as pools
    cross join (
        select 'store_visit' as goal
        union all
        select 'order' as goal
    ) as goals
)

select
    cells.as_of_date,
    cells.pool,
    cells.goal,
    cast(coalesce(counted.people, 0) as bigint) as people,
    cast(coalesce(counted.had_reached, 0) as bigint) as had_reached,
    cast(coalesce(counted.reached_goal, 0) as bigint) as reached_goal,
    {{ ratio('counted.reached_goal', 'counted.people - counted.had_reached', 4) }} as goal_rate,
    cast(medians.tenth_days as bigint) as days_to_first_tenth
from cells
left join counted
    on cells.as_of_date = counted.as_of_date and cells.pool = counted.pool and cells.goal = counted.goal
left join medians
    on cells.as_of_date = medians.as_of_date and cells.pool = medians.pool and cells.goal = medians.goal
