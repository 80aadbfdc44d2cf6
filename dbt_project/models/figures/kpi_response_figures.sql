-- 回复率 and 成交率 of the messages that reached somebody 7 days before a day, when their window is over, by channel.
with readings as (
    select distinct
        kpi_date,
        reading_date,
        {{ add_days('kpi_date', '-7') }} as delivered_date
    from {{ ref('reading_plan') }}
    where is_published
),

delivered as (
    select
        readings.kpi_date,
        readings.reading_date,
        readings.delivered_date,
        messages.source,
        messages.message_id,
        messages.message_channel,
        messages.reached_at,
        messages.one_id,
        case when messages.replied_date <= readings.kpi_date then 1 else 0 end as replied
    from readings
    inner join {{ ref('message_states') }} as messages
        on
            readings.delivered_date = messages.reached_date
            and messages.from_date <= readings.reading_date
            and (messages.to_date is null or messages.to_date > readings.reading_date)
    where messages.is_test is not true
),

-- Who bought in the window, and when last: whoever paid before the message came did not answer it.
people as (
    select distinct
        kpi_date,
        reading_date,
        one_id
    from delivered
    where one_id is not null
),

buyers as (
    select
        people.kpi_date,
        people.reading_date,
        people.one_id,
        max(orders.paid_at) as last_paid_at
    from people
    cross join (
        {%- for back in range(8) %}
        select {{ back }} as days
        {% if not loop.last %}union all{% endif %}
        {%- endfor %}
    ) as back
    inner join {{ ref('kpi_orders') }} as orders
        on
            {{ add_days('people.kpi_date', '- back.days') }} = orders.kpi_date
            and {{ read_on(add_days('people.kpi_date', '- back.days'), 'people.reading_date') }} = orders.reading_date
            and people.one_id = orders.one_id
    group by 1, 2, 3
),

counted as (
    select
        delivered.kpi_date,
        delivered.reading_date,
        delivered.message_channel,
        count(*) as delivered,
        sum(delivered.replied) as replied,
        sum(case when buyers.last_paid_at >= delivered.reached_at then 1 else 0 end) as ordered
    from delivered
    left join buyers
        on
            delivered.kpi_date = buyers.kpi_date
            and delivered.reading_date = buyers.reading_date
            and delivered.one_id = buyers.one_id
    group by 1, 2, 3
)

select
    kpi_date,
    reading_date,
    'reply_rate' as kpi,
    'message_channel' as dimension,
    message_channel as value_key,
    replied as numerator,
    delivered as denominator
from counted
union all
select kpi_date, reading_date, 'order_rate', 'message_channel', message_channel, ordered, delivered
from counted
