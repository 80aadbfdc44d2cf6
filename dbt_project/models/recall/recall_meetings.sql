-- One row per (as_of_date, one_id) that met us lately beside buying: days since they came to a store, asked, tried,
-- booked or answered. To whom did, nobody says that it is long since we met.
select
    interactions.as_of_date,
    interactions.one_id,
    cast(min(interactions.age_days) as bigint) as days_since_met
from {{ ref('interactions') }} as interactions
inner join {{ ref('touch_types') }} as touch_types on interactions.touch = touch_types.touch
where
    {{ among_dates('interactions.as_of_date', dates_of('as_of')) }}
    and touch_types.is_meeting
    and interactions.age_days < {{ recall_number('long_absence_days') }}
group by interactions.as_of_date, interactions.one_id
