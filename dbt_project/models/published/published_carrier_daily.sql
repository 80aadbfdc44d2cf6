-- Each carrier of the trade over carrier_days, so long ago that the week in which its readers may order is over: people
-- to whom something was sent, whom it reached, who opened and clicked where the platform tells that, and who ordered
-- within the week; and of the closed episodes in which a lot decided, the order rate of those written to beside that of
-- the held back. What nobody tells is unknown, never 0.
with windows as (
    select
        as_of_date,
        {{ add_days('as_of_date', '-' ~ kpi_look_back()) }} as last_date,
        {{ add_days('as_of_date', '-cast(' ~ segment_number('carrier_days') ~ ' as integer) - ' ~ kpi_look_back()) }}
            as after_date
    from {{ run_dates('as_of') }} as dates
),

messages as (
    select
        windows.as_of_date,
        carriers.carrier,
        messages.one_id,
        messages.sent_date,
        case when messages.arrived then messages.reached_at end as reached_at,
        carriers.tells_opened and messages.opened_date <= windows.as_of_date as was_opened,
        carriers.tells_clicked and messages.clicked_date <= windows.as_of_date as was_clicked
    from windows
    inner join {{ ref('message_states') }} as messages
        on
            messages.from_date <= windows.as_of_date
            and (messages.to_date is null or messages.to_date > windows.as_of_date)
            and messages.sent_date > windows.after_date
            and messages.sent_date <= windows.last_date
    inner join {{ ref('carriers') }} as carriers on messages.message_channel = carriers.message_channel
    where messages.one_id is not null and messages.is_test is not true
),

touches as (
    select
        windows.as_of_date,
        carriers.carrier,
        touches.one_id,
        touches.touched_at
    from windows
    inner join {{ ref('interaction_states') }} as touches
        on
            touches.from_date <= windows.as_of_date
            and (touches.to_date is null or touches.to_date > windows.as_of_date)
            and touches.touched_date > windows.after_date
            and touches.touched_date <= windows.last_date
    inner join {{ ref('carriers') }} as carriers
        on
            (
                touches.touch = carriers.touch
                and (carriers.touch_source is null or touches.source = carriers.touch_source)
            )
            or (touches.channel = carriers.touch_channel and touches.is_received_only is not true)
    where touches.one_id is not null and touches.is_test is not true
),

-- A person counts once a carrier; the week begins with the first time that it reached them or that they acted.
people as (
    select
        as_of_date,
        carrier,
        one_id,
        max(is_sent) as is_sent,
        max(is_reached) as is_reached,
        max(is_opened) as is_opened,
        max(is_clicked) as is_clicked,
        min(met_at) as met_at
    from (
        select
            as_of_date,
            carrier,
            one_id,
            1 as is_sent,
            case when reached_at is null then 0 else 1 end as is_reached,
            case when was_opened then 1 else 0 end as is_opened,
            case when was_clicked then 1 else 0 end as is_clicked,
            reached_at as met_at
        from messages
        union all
        select
            as_of_date,
            carrier,
            one_id,
            0 as is_sent,
            0 as is_reached,
            0 as is_opened,
            1 as is_clicked,
            touched_at as met_at
        from touches
    ) as met
    group by as_of_date, carrier, one_id
),

ordered as (
    select distinct
        people.as_of_date,
        people.carrier,
        people.one_id
    from people
    inner join {{ ref('paid_orders') }} as orders
        on
            people.as_of_date = orders.as_of_date
            and people.one_id = orders.one_id
            and orders.ordered_at >= people.met_at
            and orders.ordered_at < people.met_at + interval '{{ kpi_look_back() }}' day
    where orders.counts_as_purchase
),

counted as (
    select
        people.as_of_date,
        people.carrier,
        sum(people.is_sent) as sent,
        sum(people.is_reached) as reached,
        sum(people.is_opened) as opened,
        sum(people.is_clicked) as clicked,
        count(people.met_at) as met,
        count(ordered.one_id) as ordered
    from people
    left join ordered
        on
            people.as_of_date = ordered.as_of_date
            and people.carrier = ordered.carrier
            and people.one_id = ordered.one_id
    group by people.as_of_date, people.carrier
),

lots as (
    select
        episodes.as_of_date,
        carriers.carrier,
        sum(case when episodes.is_sent then 1 else 0 end) as lot_sent,
        sum(case when episodes.is_sent then 0 else 1 end) as lot_held_back,
        sum(case when episodes.is_sent and episodes.ordered then episodes.weight else 0 end) as sent_ordered,
        sum(case when episodes.is_sent then episodes.weight else 0 end) as sent_weight,
        sum(case when not episodes.is_sent and episodes.ordered then episodes.weight else 0 end) as held_ordered,
        sum(case when not episodes.is_sent then episodes.weight else 0 end) as held_weight
    from {{ ref('lot_episodes') }} as episodes
    inner join windows on episodes.as_of_date = windows.as_of_date
    inner join {{ ref('carriers') }} as carriers on episodes.message_channel = carriers.message_channel
    group by episodes.as_of_date, carriers.carrier
)

select
    windows.as_of_date,
    carriers.carrier,
    cast(carriers.rank as bigint) as carrier_rank,
    cast(case when carriers.message_channel is not null and counted.sent > 0 then counted.sent end as bigint) as sent,
    cast(case when carriers.message_channel is not null and counted.sent > 0 then counted.reached end as bigint)
        as reached,
    cast(case when carriers.tells_opened and counted.sent > 0 then counted.opened end as bigint) as opened,
    cast(case when carriers.tells_clicked then counted.clicked end as bigint) as clicked,
    cast(counted.met as bigint) as met,
    cast(counted.ordered as bigint) as ordered,
    {{ ratio('counted.ordered', 'counted.met', 4) }} as order_rate,
    cast(lots.lot_sent as bigint) as lot_sent,
    {{ ratio('lots.sent_ordered', 'lots.sent_weight', 4) }} as lot_sent_order_rate,
    cast(lots.lot_held_back as bigint) as lot_held_back,
    {{ ratio('lots.held_ordered', 'lots.held_weight', 4) }} as lot_held_back_order_rate
from windows
cross join {{ ref('carriers') }} as carriers
left join counted
    on windows.as_of_date = counted.as_of_date and carriers.carrier = counted.carrier
left join lots
    on windows.as_of_date = lots.as_of_date and carriers.carrier = lots.carrier
