-- 活跃度: of the people in reach at the end of a day (friends and group members), who did something in the 7 days to it.
with readings as (
    select distinct
        kpi_days.kpi_date,
        kpi_days.reading_date,
        dates.cut_off_at
    from {{ ref('kpi_days') }} as kpi_days
    inner join {{ run_dates('kpi') }} as dates
        on kpi_days.reading_date = dates.as_of_date
    where kpi_days.is_published
),

week as (
    {% for back in range(7) -%}
    select
        kpi_date,
        reading_date,
        cut_off_at,
        {{ add_days('kpi_date', '-' ~ back) }} as action_date
    from readings
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

members as (
    select
        readings.kpi_date,
        readings.reading_date,
        records.one_id
    from {{ known_versions(ref('group_memberships'), 'kpi') }} as known
    inner join readings
        on known.as_of_date = readings.reading_date and {{ business_date('known.joined_at') }} <= readings.kpi_date
    inner join {{ ref('source_records') }} as records
        on
            known.source = records.source
            and known.customer_id = records.customer_id
            and records.known_from <= readings.cut_off_at
            and (records.known_to is null or records.known_to > readings.cut_off_at)
    where
        known.joined_at < known.ends_at
        and (known.left_at is null or {{ business_date('known.left_at') }} > readings.kpi_date)
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
        week.cut_off_at,
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
        records.one_id
    from active_records
    inner join {{ ref('source_records') }} as records
        on
            active_records.source = records.source
            and active_records.customer_id = records.customer_id
            and records.known_from <= active_records.cut_off_at
            and (records.known_to is null or records.known_to > active_records.cut_off_at)
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
