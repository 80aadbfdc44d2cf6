-- 活跃度: of the people in reach at the end of a day (friends and group members), who did something in the 7 days to it.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
    where is_published
),

week as (
    {% for back in range(7) -%}
    select
        kpi_date,
        reading_date,
        {{ add_days('kpi_date', '-' ~ back) }} as action_date
    from readings
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

members as (
    select
        readings.kpi_date,
        readings.reading_date,
        memberships.one_id
    from readings
    inner join {{ ref('membership_states') }} as memberships
        on
            memberships.from_date <= readings.reading_date
            and (memberships.to_date is null or memberships.to_date > readings.reading_date)
            and memberships.joined_date <= readings.kpi_date
            and (memberships.left_date is null or memberships.left_date > readings.kpi_date)
    where memberships.is_test is not true
),

reachable as (
    select kpi_date, reading_date, one_id from {{ ref('kpi_friends') }}
    where ended_date is null or ended_date > kpi_date
    union
    select kpi_date, reading_date, one_id from members
),

-- distinct before identity is looked up: else the planner begins with every record at every date
active_records as (
    select distinct
        week.kpi_date,
        week.reading_date,
        actions.source,
        actions.customer_id
    from week
    inner join {{ ref('kpi_actions') }} as actions
        on
            week.action_date = actions.kpi_date
            and {{ read_on('week.action_date', 'week.reading_date') }} = actions.reading_date
),

active as (
    select distinct
        active_records.kpi_date,
        active_records.reading_date,
        owners.one_id
    from active_records
    inner join {{ ref('record_owners') }} as owners
        on
            active_records.source = owners.source
            and active_records.customer_id = owners.customer_id
            and owners.from_date <= active_records.reading_date
            and (owners.to_date is null or owners.to_date > active_records.reading_date)
)

select
    reachable.kpi_date,
    reachable.reading_date,
    'active_rate' as kpi,
    'all' as dimension,
    'all' as value_key,
    count(active.one_id) as numerator,
    count(*) as denominator
from reachable
left join active
    on
        reachable.kpi_date = active.kpi_date
        and reachable.reading_date = active.reading_date
        and reachable.one_id = active.one_id
group by 1, 2
