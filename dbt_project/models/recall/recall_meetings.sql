-- One row per (as_of_date, one_id) that met us lately beside buying: days since they came to a store, wrote to us, were
-- added as a friend, filled in a form, asked, tried, booked or answered (touch_types.is_meeting), or somebody in person
-- spoke with them (answers_in_person, the one home of that). To whom did, nobody says that it is long since we met.
with met as (
    select
        interactions.as_of_date,
        interactions.one_id,
        interactions.age_days as days
    from {{ ref('interactions') }} as interactions
    inner join {{ ref('touch_types') }} as touch_types on interactions.touch = touch_types.touch
    where
        {{ among_dates('interactions.as_of_date', dates_of('as_of')) }}
        -- of a visit somewhere else, a page or a parcel's card, nobody saw anybody
        and (touch_types.is_meeting or (interactions.touch = 'visit' and interactions.channel = 'store'))
    union all
    select
        as_of_date,
        one_id,
        {{ days_between('answered_date', 'as_of_date') }} as days
    from {{ states_at(ref('answers_in_person')) }} as in_person
    where answered_date <= as_of_date
)

select
    as_of_date,
    one_id,
    cast(min(days) as bigint) as days_since_met
from met
where days < {{ recall_number('long_absence_days') }}
group by as_of_date, one_id
