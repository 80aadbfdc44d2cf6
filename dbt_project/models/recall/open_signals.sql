-- One row per (as_of_date, one_id, signal): what a customer did lately, or what is about to end for them, that nobody
-- has answered, as known at the date; of several of one kind the newest, of ends the next. Which signals there are and
-- how long each counts says the seed signals; what answers one is the act that its play asks for (plays.success_act).
-- A question that somebody answered while it was asked (a call that was taken) is none. One about a price or a product
-- is a question like any other until a person answered; whoever has not ordered after the answer has then asked for a
-- price or a product. Of whom profiling is not allowed only what is owed them (a service) is read, and nothing of test
-- accounts, staff and minors. A reminder of what ends (success_act: told) is answered by being sent, once for each end.
-- amount is how many points begin to end, or how much growth is missing to the level in object_id; fewer points than
-- points_worth_telling are no signal. A question says what kind of thing it is about (asked_category, where who asked
-- is known for certain and nothing sensitive is told by it), when a message last told that it is known (told_date), and
-- the day of an order placed since (ordered_date).
with people as (
    select
        profiles.as_of_date,
        profiles.one_id,
        profiles.identity_confidence = 'high' as is_sure,
        profiles.exclusion is null as may_be_profiled
    from {{ ref('customer_profile') }} as profiles
    where
        {{ among_dates('profiles.as_of_date', dates_of('as_of')) }}
        and profiles.may_be_served
),

bounds as (
    select
        signals.signal,
        signals.kind,
        signals.within_days,
        signals.play_id,
        plays.success_act
    from {{ ref('signals') }} as signals
    inner join {{ ref('plays') }} as plays on signals.play_id = plays.play_id
),

-- How far back acts and answers are read; what is left alone first (rest_days) is no act.
reach as (
    select max(within_days) as days from {{ ref('signals') }}
    where coalesce(rest_days, 0) = 0
),

acts as (
    select
        as_of_date,
        one_id,
        case
            when touch = 'add_to_cart' then 'cart_left'
            when touch = 'visit_store' then 'store_visit'
            when touch = 'view' then 'review_read'
            else 'question_open'
        end as signal,
        touch_id as signal_id,
        touched_at as signal_at,
        touched_date as signal_date,
        channel,
        object_type,
        object_id
    from {{ states_at(ref('interaction_states')) }} as interactions
    where
        one_id is not null
        and (
            touch in ('add_to_cart', 'visit_store')
            or (touch = 'view' and object_type = 'review')
            -- a call that was taken was answered as it was made
            or (touch = 'ask_service' and (staff_id is null or coalesce(duration_seconds, 0) = 0))
        )
        and touched_date <= as_of_date
        and touched_date > {{ add_days('as_of_date', '-cast((select days from reach) as integer)') }}
),

talks as (
    select
        as_of_date,
        one_id,
        answered_at,
        answered_date
    from {{ states_at(ref('answers_in_person')) }} as in_person
    where
        answered_date <= as_of_date
        and answered_date > {{ add_days('as_of_date', '-cast((select days from reach) as integer)') }}
),

-- From the answer on, however long it took: what they asked is open until then.
follow_ups as (
    select
        acts.as_of_date,
        acts.one_id,
        concat(acts.object_type, '_asked') as signal,
        acts.signal_id,
        min(talks.answered_at) as signal_at,
        min(talks.answered_date) as signal_date,
        acts.channel,
        acts.object_type,
        acts.object_id
    from acts
    inner join talks
        on
            acts.as_of_date = talks.as_of_date
            and acts.one_id = talks.one_id
            and acts.signal_at <= talks.answered_at
    where acts.signal = 'question_open' and acts.object_type in ('price', 'product')
    group by acts.as_of_date, acts.one_id, acts.signal_id, acts.channel, acts.object_type, acts.object_id
),

-- From when a complaint was taken back, of somebody who has none open.
closings as (
    select
        dates.as_of_date,
        words.one_id,
        'complaint_closed' as signal,
        cast(max(words.revoked_date) as timestamp) - interval '8' hour as signal_at,
        max(words.revoked_date) as signal_date
    from {{ run_dates('as_of') }} as dates
    inner join {{ ref('refusal_links') }} as words
        on
            words.is_complaint
            and words.revoked_date <= dates.as_of_date
            and words.from_date <= dates.as_of_date
            and (words.to_date is null or words.to_date > dates.as_of_date)
            and (words.link_from_date is null or words.link_from_date <= dates.as_of_date)
            and (words.link_to_date is null or words.link_to_date > dates.as_of_date)
    left join {{ ref('recall_exclusions') }} as exclusions
        on
            dates.as_of_date = exclusions.as_of_date
            and words.one_id = exclusions.one_id
            and exclusions.has_open_complaint
    where exclusions.one_id is null
    group by dates.as_of_date, words.one_id
),

-- Where whoever looks after an appointment works: the place of it, as no source names one.
places as (
    select
        staff.as_of_date,
        staff.staff_id,
        stores.name as place_name
    from {{ states_at(ref('staff_states')) }} as staff
    inner join {{ states_at(ref('store_states')) }} as stores
        on staff.as_of_date = stores.as_of_date and staff.store_id = stores.store_id
),

-- What ends: the day on which it ends is the signal's.
ends as (
    select
        appointments.as_of_date,
        appointments.one_id,
        'booking' as signal,
        appointments.appointment_id as signal_id,
        appointments.start_date as end_date,
        appointments.starts_at as ends_at,
        appointments.kind as object_type,
        places.place_name,
        cast(null as bigint) as amount
    from {{ states_at(ref('appointment_states')) }} as appointments
    left join places
        on appointments.as_of_date = places.as_of_date and appointments.staff_id = places.staff_id
    where appointments.status in ('booked', 'confirmed')
    union all
    select
        as_of_date,
        one_id,
        'right_ending' as signal,
        entitlement_id as signal_id,
        end_date,
        cast(end_date as timestamp) - interval '8' hour as ends_at,
        kind as object_type,
        null as place_name,
        null as amount
    from {{ states_at(ref('entitlement_states')) }} as entitlements
    union all
    select
        as_of_date,
        one_id,
        'coupon_ending' as signal,
        coupon_id as signal_id,
        last_valid_date as end_date,
        cast(last_valid_date as timestamp) - interval '8' hour as ends_at,
        'coupon' as object_type,
        null as place_name,
        null as amount
    from {{ states_at(ref('coupon_states')) }} as coupons
    where
        one_id is not null
        and issued_date <= as_of_date
        and (redeemed_date is null or redeemed_date > as_of_date)
    union all
    select
        as_of_date,
        one_id,
        'points_ending' as signal,
        null as signal_id,
        points_end_date as end_date,
        cast(points_end_date as timestamp) - interval '8' hour as ends_at,
        'points' as object_type,
        null as place_name,
        points_expiring as amount
    from {{ ref('member_growth') }}
    where
        {{ among_dates('as_of_date', dates_of('as_of')) }}
        and points_end_date is not null
        and points_expiring >= {{ segment_number('points_worth_telling') }}
),

-- Near a level since the day their growth last moved: what they paid that day brought them there and is no answer.
near_levels as (
    select
        as_of_date,
        one_id,
        'level_near' as signal,
        cast(grown_date as timestamp) + interval '16' hour as signal_at,
        grown_date as signal_date,
        next_level,
        growth_to_next
    from {{ ref('member_growth') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }} and is_near_next and grown_date is not null
),

leavings as (
    select
        as_of_date,
        one_id,
        'friend_deleted' as signal,
        cast({{ add_days('as_of_date', '-cast(days_since_deleted as integer)') }} as timestamp)
        - interval '8' hour as signal_at,
        {{ add_days('as_of_date', '-cast(days_since_deleted as integer)') }} as signal_date
    from {{ ref('customer_lifecycle') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }} and is_deleted_friend and days_since_deleted is not null
),

happened as (
    {%- for step in ['acts', 'follow_ups'] %}
    select
        as_of_date,
        one_id,
        signal,
        signal_id,
        signal_at,
        signal_date,
        channel as asked_in,
        object_type,
        object_id,
        null as place_name,
        cast(null as bigint) as amount,
        {{ days_between('signal_date', 'as_of_date') }} as age_days,
        cast(null as bigint) as days_left
    from {{ step }}
    union all
    {%- endfor %}
    select
        as_of_date,
        one_id,
        signal,
        signal_id,
        ends_at,
        end_date,
        null as asked_in,
        object_type,
        signal_id as object_id,
        place_name,
        amount,
        null,
        {{ days_between('as_of_date', 'end_date') }}
    from ends
    -- of a level, or of nothing in particular
    {%- for step, of in {
        'near_levels': ("'level'", 'next_level', 'growth_to_next'),
        'closings': ('null', 'null', 'null'),
        'leavings': ('null', 'null', 'null'),
    }.items() %}
    union all
    select
        as_of_date,
        one_id,
        signal,
        null,
        signal_at,
        signal_date,
        null,
        {{ of[0] }},
        {{ of[1] }},
        null,
        {{ of[2] }},
        {{ days_between('signal_date', 'as_of_date') }},
        null
    from {{ step }}
    {%- endfor %}
),

counted as (
    select
        happened.*,
        bounds.kind,
        bounds.play_id,
        bounds.within_days,
        bounds.success_act,
        row_number() over (
            partition by happened.as_of_date, happened.one_id, happened.signal
            order by happened.days_left asc, happened.signal_at desc, happened.signal_id asc
        ) as place
    from happened
    inner join bounds on happened.signal = bounds.signal
    inner join people
        on
            happened.as_of_date = people.as_of_date
            and happened.one_id = people.one_id
            and (people.may_be_profiled or bounds.kind = 'service')
    where
        bounds.within_days is null
        or happened.age_days < bounds.within_days
        or happened.days_left between 1 and bounds.within_days
),

-- What the brand had sent by nobody in person: an export counts as said from its export on.
sent as (
    select
        as_of_date,
        one_id,
        campaign_id,
        contacted_at,
        contacted_date
    from {{ states_at(ref('contacts')) }} as contacts
    where
        one_id is not null
        and staff_id is null
        and contacted_date <= as_of_date
        and contacted_date > {{ add_days('as_of_date', '-cast((select days from reach) as integer)') }}
),

services as (
    select distinct
        policy_id,
        play_id
    from {{ ref('recall_policies') }}
    where audience_kind = 'service'
),

-- Who was sent that it is known, by nobody in person: they are told once, and wait for somebody.
told as (
    select
        counted.as_of_date,
        counted.one_id,
        counted.signal,
        max(sent.contacted_date) as told_date
    from counted
    inner join services on counted.play_id = services.play_id
    inner join sent
        on
            counted.as_of_date = sent.as_of_date
            and counted.one_id = sent.one_id
            and (
                (counted.success_act <> 'told' and counted.signal_at <= sent.contacted_at)
                or (
                    counted.success_act = 'told'
                    and sent.contacted_date
                    >= {{ add_days('counted.signal_date', '-cast(counted.within_days as integer)') }}
                )
            )
            and left(sent.campaign_id, length(services.policy_id) + 1) = concat(services.policy_id, '_')
    group by counted.as_of_date, counted.one_id, counted.signal
),

-- What answers: an order or, where a person is owed an answer, somebody of the brand who spoke with them since.
answers as (
    select
        as_of_date,
        one_id,
        'order' as success_act,
        ordered_at as answered_at
    from {{ states_at(ref('order_states')) }} as orders
    where
        one_id is not null
        and counts_as_purchase
        and order_date <= as_of_date
        and order_date > {{ add_days('as_of_date', '-cast((select days from reach) as integer)') }}
    union all
    select
        as_of_date,
        one_id,
        'answer' as success_act,
        answered_at
    from talks
),

last_answers as (
    select
        as_of_date,
        one_id,
        success_act,
        max(answered_at) as answered_at
    from answers
    group by as_of_date, one_id, success_act
),

-- What kind of thing each sku is, as known at the date; what is sensitive is named to nobody.
kinds as (
    select
        as_of_date,
        sku_id,
        category
    from {{ states_at(ref('product_states')) }} as products
    where not is_sensitive
)

select
    counted.as_of_date,
    counted.one_id,
    counted.signal,
    counted.signal_id,
    counted.signal_at,
    counted.signal_date,
    case when counted.signal = 'question_open' then counted.asked_in end as asked_in,
    counted.object_type,
    counted.object_id,
    counted.place_name,
    counted.amount,
    counted.play_id,
    counted.kind,
    told.one_id is not null as is_told,
    told.told_date,
    case when counted.signal = 'question_open' and people.is_sure then kinds.category end as asked_category,
    case when counted.signal = 'question_open' then {{ business_date('since.answered_at') }} end as ordered_date
from counted
inner join people on counted.as_of_date = people.as_of_date and counted.one_id = people.one_id
left join kinds
    on
        counted.as_of_date = kinds.as_of_date
        and counted.object_id = kinds.sku_id
        and counted.object_type in ('price', 'product')
left join last_answers as since
    on
        counted.as_of_date = since.as_of_date
        and counted.one_id = since.one_id
        and since.success_act = 'order'
        and counted.signal_at <= since.answered_at
left join told
    on counted.as_of_date = told.as_of_date and counted.one_id = told.one_id and counted.signal = told.signal
left join last_answers
    on
        counted.as_of_date = last_answers.as_of_date
        and counted.one_id = last_answers.one_id
        and (
            counted.success_act = last_answers.success_act
            -- who asked for a price or about a product and has ordered since needs no apology for a late answer
            or (counted.object_type in ('price', 'product') and last_answers.success_act = 'order')
        )
        and counted.signal_at <= last_answers.answered_at
where
    counted.place = 1
    and last_answers.one_id is null
    and not (counted.success_act = 'told' and told.one_id is not null)
