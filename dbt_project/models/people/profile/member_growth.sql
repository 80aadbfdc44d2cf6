-- One row per (as_of_date, one_id) of every member: growth, which never falls, apart from points, which are spent and
-- end. A member is who registered, or whose record states a level, or whose points are on a ledger. Growth is what the
-- ledger says was earned, and what was paid for goods before it began. Points are spent oldest first: those that end
-- soon are what was earned in the days that end soon, as far as nothing was spent of it yet, and never more than the
-- record says that they have: nobody is reminded of points that the till no longer shows. What ended unspent on the
-- date is what was earned the day before its days were over, as far as nothing was spent of it.
with members as (
    select
        as_of_date,
        one_id,
        level,
        points
    from {{ ref('attributes') }}
    where
        (level is not null or registered_at is not null)
        and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

ledger as (
    select
        as_of_date,
        one_id,
        sum(case when points > 0 then points else 0 end) as earned,
        sum(case when points < 0 then -points else 0 end) as spent,
        sum(
            case
                when
                    points > 0
                    and {{ days_between('moved_date', 'as_of_date') }}
                    >= {{ segment_number('points_valid_days') }} - {{ segment_number('points_expiring_days') }}
                    then points
                else 0
            end
        ) as earned_long_ago,
        sum(
            case
                when
                    points > 0
                    and {{ days_between('moved_date', 'as_of_date') }} between
                    {{ segment_number('points_valid_days') }} - {{ segment_number('points_expiring_days') }}
                    and {{ segment_number('points_valid_days') }}
                    then points
                else 0
            end
        ) as ending_soon,
        sum(
            case
                when
                    points > 0
                    and {{ days_between('moved_date', 'as_of_date') }} > {{ segment_number('points_valid_days') }}
                    then points
                else 0
            end
        ) as ended,
        sum(
            case
                when
                    points > 0
                    and {{ days_between('moved_date', 'as_of_date') }} = {{ segment_number('points_valid_days') }} + 1
                    then points
                else 0
            end
        ) as ended_today,
        min(moved_date) as first_date,
        max(case when points > 0 then moved_date end) as earned_date,
        sum(case when points > 0 and moved_date = as_of_date then points else 0 end) as issued_today,
        sum(case when points < 0 and moved_date = as_of_date then -points else 0 end) as spent_today
    from {{ states_at(ref('points_states')) }} as entries
    group by as_of_date, one_id
),

-- When the first of the points that end soon end: what was spent was spent of those before it.
ending as (
    select
        as_of_date,
        one_id,
        moved_date,
        sum(points) over (partition by as_of_date, one_id order by moved_date) as points_until_then
    from {{ states_at(ref('points_states')) }} as entries
    where
        points > 0
        and {{ days_between('moved_date', 'as_of_date') }} between
        {{ segment_number('points_valid_days') }} - {{ segment_number('points_expiring_days') }}
        and {{ segment_number('points_valid_days') }}
),

first_ends as (
    select
        ending.as_of_date,
        ending.one_id,
        {{ add_days('min(ending.moved_date)', 'cast(' ~ segment_number('points_valid_days') ~ ' as integer)') }}
            as points_end_date
    from ending
    inner join ledger on ending.as_of_date = ledger.as_of_date and ending.one_id = ledger.one_id
    where ledger.earned_long_ago - ledger.ending_soon + ending.points_until_then > ledger.spent
    group by ending.as_of_date, ending.one_id
),

paid as (
    select
        orders.as_of_date,
        orders.one_id,
        sum(orders.goods_paid_fen) as goods_paid_fen,
        max(orders.order_date) as paid_date
    from {{ ref('paid_orders') }} as orders
    left join ledger on orders.as_of_date = ledger.as_of_date and orders.one_id = ledger.one_id
    where ledger.first_date is null or orders.order_date < ledger.first_date
    group by orders.as_of_date, orders.one_id
),

everybody as (
    select
        as_of_date,
        one_id
    from members
    union
    select
        as_of_date,
        one_id
    from ledger
),

grown as (
    select
        everybody.as_of_date,
        everybody.one_id,
        members.level as stated_level,
        coalesce(ledger.earned, 0) + {{ whole_quotient(
            'coalesce(paid.goods_paid_fen, 0) * ' ~ segment_number('growth_per_100_yuan'), '10000'
        ) }} as growth,
        ledger.issued_today,
        ledger.spent_today,
        case
            when ledger.ended > ledger.spent then least(ledger.ended_today, ledger.ended - ledger.spent)
            when ledger.ended is not null then 0
        end as expired_today,
        case when coalesce(members.points, 1) > 0 then first_ends.points_end_date end as points_end_date,
        greatest(ledger.earned_date, paid.paid_date) as grown_date,
        case
            when ledger.earned_long_ago > ledger.spent
                then least(
                    ledger.ending_soon,
                    ledger.earned_long_ago - ledger.spent,
                    greatest(coalesce(members.points, ledger.ending_soon), 0)
                )
            when ledger.earned is not null then 0
        end as points_expiring
    from everybody
    left join members on everybody.as_of_date = members.as_of_date and everybody.one_id = members.one_id
    left join ledger on everybody.as_of_date = ledger.as_of_date and everybody.one_id = ledger.one_id
    left join paid on everybody.as_of_date = paid.as_of_date and everybody.one_id = paid.one_id
    left join first_ends
        on everybody.as_of_date = first_ends.as_of_date and everybody.one_id = first_ends.one_id
),

-- Of two names of one rank the journey's is the level's.
levels as (
    select
        value_journey_stage as level,
        growth_from,
        lead(growth_from) over (order by growth_from) as next_from,
        lead(value_journey_stage) over (order by growth_from) as next_level
    from {{ ref('member_levels') }}
    where level = value_journey_stage
)

select
    grown.as_of_date,
    grown.one_id,
    grown.stated_level,
    cast(grown.growth as bigint) as growth,
    levels.level as growth_level,
    levels.next_level,
    cast(levels.next_from - grown.growth as bigint) as growth_to_next,
    coalesce(
        (levels.next_from - grown.growth) * 100
        <= (levels.next_from - levels.growth_from) * {{ segment_number('near_level_percent') }},
        false
    ) as is_near_next,
    cast(grown.issued_today as bigint) as points_issued_today,
    cast(grown.spent_today as bigint) as points_spent_today,
    cast(grown.expired_today as bigint) as points_expired_today,
    cast(grown.points_expiring as bigint) as points_expiring,
    grown.points_end_date,
    grown.grown_date
from grown
inner join levels
    on
        grown.growth >= levels.growth_from
        and (levels.next_from is null or grown.growth < levels.next_from)
