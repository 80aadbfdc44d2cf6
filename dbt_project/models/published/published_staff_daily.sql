-- What each member of staff did on each day a version covers, as known when the day was last restated.
with readings as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
    where is_published
),

results as (
    select
        readings.kpi_date,
        readings.reading_date,
        results.staff_id,
        count(*) as tasks,
        sum(case when statuses.is_booking then 1 else 0 end) as booked,
        sum(case when statuses.is_purchase then 1 else 0 end) as reported_purchases,
        sum(case when statuses.is_refusal then 1 else 0 end) as refused
    from readings
    inner join {{ ref('task_result_states') }} as results
        on
            readings.kpi_date = results.changed_date
            and results.from_date <= readings.reading_date
            and (results.to_date is null or results.to_date > readings.reading_date)
    inner join {{ ref('task_statuses') }} as statuses on results.status = statuses.status
    group by readings.kpi_date, readings.reading_date, results.staff_id
),

-- A list that a member was given (siyu tasks, or an export of calls) is assigned on the day it was given.
assigned as (
    select
        readings.kpi_date,
        readings.reading_date,
        given.staff_id,
        count(*) as assigned
    from readings
    inner join {{ ref('activation_states') }} as given
        on
            readings.kpi_date = given.exported_date
            and given.from_date <= readings.reading_date
            and (given.to_date is null or given.to_date > readings.reading_date)
    where given.task_id is not null and not given.is_withdrawn and not given.is_test
    group by readings.kpi_date, readings.reading_date, given.staff_id
),

{% for part, day in {'sent': 'sent_date', 'replied': 'replied_date'}.items() -%}
{{ part }} as (
    select
        readings.kpi_date,
        readings.reading_date,
        contacts.staff_id,
        count(*) as {{ part }}
    from readings
    inner join {{ ref('staff_contacts') }} as contacts
        on readings.reading_date = contacts.reading_date and readings.kpi_date = contacts.{{ day }}
    group by readings.kpi_date, readings.reading_date, contacts.staff_id
),

{% endfor -%}
friends as (
    select
        kpi_date,
        reading_date,
        staff_id,
        count(distinct case when added_date = kpi_date then one_id end) as new_friends,
        count(distinct case when deleted_date = kpi_date then one_id end) as deleted_friends,
        count(distinct case when ended_date is null or ended_date > kpi_date then one_id end) as followed_customers
    from {{ ref('kpi_friends') }}
    group by kpi_date, reading_date, staff_id
),

sales as (
    select
        kpi_date,
        reading_date,
        staff_id,
        cast(sum(goods_paid_fen) as bigint) as private_gmv_fen
    from {{ ref('kpi_private_orders') }}
    group by kpi_date, reading_date, staff_id
),

staff_days as (
    {% for part in ['results', 'assigned', 'sent', 'replied', 'friends', 'sales'] -%}
    select kpi_date, reading_date, staff_id from {{ part }}
    {% if not loop.last %}union{% endif %}
    {% endfor %}
)

select
    reading_plan.as_of_date,
    reading_plan.kpi_date,
    staff_days.staff_id,
    cast(results.tasks as bigint) as tasks,
    cast(coalesce(sent.sent, 0) as bigint) as sent,
    cast(coalesce(replied.replied, 0) as bigint) as replied,
    cast(coalesce(bought.bought, 0) as bigint) as bought,
    cast(results.booked as bigint) as booked,
    cast(results.reported_purchases as bigint) as reported_purchases,
    cast(results.refused as bigint) as refused,
    cast(coalesce(friends.new_friends, 0) as bigint) as new_friends,
    cast(coalesce(friends.deleted_friends, 0) as bigint) as deleted_friends,
    cast(coalesce(friends.followed_customers, 0) as bigint) as followed_customers,
    cast(coalesce(sales.private_gmv_fen, 0) as bigint) as private_gmv_fen,
    cast(assigned.assigned as bigint) as assigned
from staff_days
inner join {{ ref('reading_plan') }} as reading_plan
    on staff_days.kpi_date = reading_plan.kpi_date and staff_days.reading_date = reading_plan.reading_date
{% for part in ['results', 'assigned', 'sent', 'replied', 'friends', 'sales'] -%}
left join {{ part }}
    on
        staff_days.kpi_date = {{ part }}.kpi_date
        and staff_days.reading_date = {{ part }}.reading_date
        and staff_days.staff_id = {{ part }}.staff_id
{% endfor -%}
left join {{ ref('kpi_staff_buyers') }} as bought
    on
        staff_days.kpi_date = bought.kpi_date
        and staff_days.reading_date = bought.reading_date
        and staff_days.staff_id = bought.staff_id
where reading_plan.is_published
