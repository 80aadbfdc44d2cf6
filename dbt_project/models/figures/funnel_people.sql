-- One row per (as_of_date, cut, value_key, one_id): who entered a funnel in the funnel_days to a date, when, and when
-- they came to each step since. By code and path: whose first private contact (a friend of the staff, a follower of an
-- official account) that is. By platform: who ordered there. By pool: who entered it (pool_entries). A test account is
-- nobody.
with days as (
    select
        as_of_date,
        {{ add_days('as_of_date', '-cast(' ~ segment_number('funnel_days') ~ ' as integer)') }} as after_date
    from {{ run_dates('as_of') }} as dates
),

tests as (
    select
        as_of_date,
        one_id
    from {{ ref('hard_rules') }}
    where is_test and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

records as (
    select
        as_of_date,
        one_id,
        source,
        customer_id,
        acquisition_channel,
        registered_date,
        began_date,
        source in (
            select begun.source from {{ ref('sources') }} as begun
            where begun.begins_by = 'subscribing')
            as is_follower
    from {{ states_at(ref('record_states')) }} as states
    where began_date <= as_of_date
),

followed as (
    select
        as_of_date,
        one_id,
        added_date as followed_date,
        code,
        coalesce(add_way, 'unknown') as add_way,
        'friend ' || source || ' ' || staff_id as place
    from {{ states_at(ref('friendships')) }} as friendships
    where added_date <= as_of_date
    union all
    select
        as_of_date,
        one_id,
        began_date as followed_date,
        acquisition_channel as code,
        'official_account' as add_way,
        'follower ' || source || ' ' || customer_id as place
    from records
    where is_follower
),

first_followed as (
    select
        followed.*,
        row_number() over (
            partition by followed.as_of_date, followed.one_id order by followed.followed_date, followed.place
        ) as turn
    from followed
),

-- A code's prefix says the path; without one the way in which they were added.
by_path as (
    select
        first_followed.as_of_date,
        first_followed.one_id,
        first_followed.followed_date,
        case when codes.path is not null then first_followed.code end as code,
        coalesce(codes.path, ways.path, 'unknown') as path
    from first_followed
    left join {{ ref('source_paths') }} as codes
        on codes.kind = 'code' and left(first_followed.code, length(codes.value)) = codes.value
    left join {{ ref('source_paths') }} as ways
        on ways.kind in ('add_way', 'subscription') and first_followed.add_way = ways.value
    where first_followed.turn = 1
),

registered as (
    select
        as_of_date,
        one_id,
        min(case when registered_date <= as_of_date then registered_date end) as registered_date
    from records
    group by as_of_date, one_id
),

grouped as (
    select
        as_of_date,
        one_id,
        min(joined_date) as joined_date
    from {{ states_at(ref('membership_states')) }} as memberships
    where joined_date <= as_of_date
    group by as_of_date, one_id
),

entered as (
    select
        as_of_date,
        'path' as cut,
        path as value_key,
        one_id,
        followed_date as entered_date
    from by_path
    union all
    select
        as_of_date,
        'code' as cut,
        code as value_key,
        one_id,
        followed_date as entered_date
    from by_path
    where code is not null
    union all
    select
        orders.as_of_date,
        'platform' as cut,
        platforms.path as value_key,
        orders.one_id,
        min(orders.order_date) as entered_date
    from days
    inner join {{ ref('paid_orders') }} as orders
        on days.as_of_date = orders.as_of_date and orders.order_date > days.after_date
    inner join {{ ref('source_paths') }} as platforms
        on platforms.kind = 'platform' and orders.channel = platforms.value
    group by orders.as_of_date, platforms.path, orders.one_id
    union all
    select
        as_of_date,
        'pool' as cut,
        pool as value_key,
        one_id,
        entered_date
    from {{ ref('pool_entries') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
),

told as (
    select
        entered.*,
        by_path.followed_date,
        registered.registered_date,
        grouped.joined_date
    from entered
    inner join days on entered.as_of_date = days.as_of_date and entered.entered_date > days.after_date
    left join tests on entered.as_of_date = tests.as_of_date and entered.one_id = tests.one_id
    left join by_path on entered.as_of_date = by_path.as_of_date and entered.one_id = by_path.one_id
    left join registered on entered.as_of_date = registered.as_of_date and entered.one_id = registered.one_id
    left join grouped on entered.as_of_date = grouped.as_of_date and entered.one_id = grouped.one_id
    where tests.one_id is null
),

people as (
    select distinct
        as_of_date,
        one_id
    from told
),

purchase_dates as (
    select distinct
        people.as_of_date,
        people.one_id,
        orders.order_date
    from people
    inner join {{ ref('paid_orders') }} as orders
        on people.as_of_date = orders.as_of_date and people.one_id = orders.one_id
    where orders.counts_as_purchase
),

visits as (
    select
        people.as_of_date,
        people.one_id,
        orders.order_date as visit_date
    from people
    inner join {{ ref('paid_orders') }} as orders
        on people.as_of_date = orders.as_of_date and people.one_id = orders.one_id
    inner join {{ ref('channel_families') }} as families
        on orders.channel = families.channel and families.family = 'store'
    union all
    select
        people.as_of_date,
        people.one_id,
        touches.touched_date as visit_date
    from people
    inner join {{ states_at(ref('interaction_states')) }} as touches
        on people.as_of_date = touches.as_of_date and people.one_id = touches.one_id
    where touches.touch = 'visit_store' and touches.touched_date <= people.as_of_date
),

-- Of the person, not of their entry: an entry takes what lies on its own day or after it.
ordered as (
    select
        told.as_of_date,
        told.cut,
        told.value_key,
        told.one_id,
        min(purchases.order_date) as ever_date,
        min(case when purchases.order_date >= told.entered_date then purchases.order_date end) as first_date
    from told
    inner join purchase_dates as purchases
        on told.as_of_date = purchases.as_of_date and told.one_id = purchases.one_id
    group by told.as_of_date, told.cut, told.value_key, told.one_id
),

ordered_again as (
    select
        ordered.as_of_date,
        ordered.cut,
        ordered.value_key,
        ordered.one_id,
        min(purchases.order_date) as second_date
    from ordered
    inner join purchase_dates as purchases
        on
            ordered.as_of_date = purchases.as_of_date
            and ordered.one_id = purchases.one_id
            and purchases.order_date > ordered.first_date
    group by ordered.as_of_date, ordered.cut, ordered.value_key, ordered.one_id
),

visited as (
    select
        told.as_of_date,
        told.cut,
        told.value_key,
        told.one_id,
        min(visits.visit_date) as ever_date,
        min(case when visits.visit_date >= told.entered_date then visits.visit_date end) as visit_date
    from told
    inner join visits
        on told.as_of_date = visits.as_of_date and told.one_id = visits.one_id
    group by told.as_of_date, told.cut, told.value_key, told.one_id
)

{%- set same = "told.as_of_date = {0}.as_of_date and told.cut = {0}.cut"
    ~ " and told.value_key = {0}.value_key and told.one_id = {0}.one_id" %}

select
    told.as_of_date,
    told.cut,
    told.value_key,
    told.one_id,
    told.entered_date,
    told.followed_date,
    told.registered_date,
    told.joined_date,
    visited.ever_date < told.entered_date as had_visited,
    visited.visit_date,
    ordered.ever_date < told.entered_date as had_ordered,
    ordered.first_date as first_order_date,
    ordered_again.second_date as second_order_date
from told
left join ordered on {{ same.format('ordered') }}
left join ordered_again on {{ same.format('ordered_again') }}
left join visited on {{ same.format('visited') }}
