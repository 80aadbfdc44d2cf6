-- One row per (as_of_date, model, from_stage, to_stage): how many customers known on both days stood where, the day
-- before and now. A leap goes forward, by one stage or more (a skip); a fall goes back. Out of a lapse the depth of the
-- lapse counts: a customer who buys again after `lost` has skipped two stages. Whoever gives back their only order has
-- never bought: `lost` on the 8th, `registered_no_order` on the 9th is a fall, though `lost` was a lapse. A customer
-- whose records were merged or split that day is not counted: the step is not their own. On the first day of a quarter
-- the eve's cadence says the stage; what the new cadence moves is in refreeze_transitions. A test account
-- counts in no figure, and a person who was one on the eve made no step by being one no more.
{{ config(meta={'told_of': 'stepped', 'is_kept': true}) }}

with moves as (
    select
        days.as_of_date,
        days.model,
        days.stage_before as from_stage,
        coalesce(eve_stages.purchase_stage, days.stage) as to_stage,
        days.one_id
    from {{ ref('stage_and_eve') }} as days
    left join {{ ref('identity_moves') }} as merged
        on days.as_of_date = merged.moved_date and days.one_id = merged.one_id
    left join {{ ref('eve_stages') }} as eve_stages
        on
            days.model = 'purchase'
            and days.as_of_date = eve_stages.as_of_date
            and days.one_id = eve_stages.one_id
    left join {{ ref('hard_rules') }} as hard_rules
        on days.as_of_date = hard_rules.as_of_date and days.one_id = hard_rules.one_id
    left join {{ ref('hard_rules') }} as eve_rules
        on
            {{ add_days('days.as_of_date', '-1') }} = eve_rules.as_of_date
            and days.one_id = eve_rules.one_id
    where
        merged.one_id is null
        and not coalesce(hard_rules.is_test, false)
        and not coalesce(eve_rules.is_test, false)
),

counted as (
    select
        moves.as_of_date,
        moves.model,
        moves.from_stage,
        moves.to_stage,
        count(*) as customer_count
    from moves
    group by moves.as_of_date, moves.model, moves.from_stage, moves.to_stage
),

sized as (
    select
        counted.*,
        sum(counted.customer_count)
            over (partition by counted.as_of_date, counted.model, counted.from_stage)
            as from_count,
        case
            when from_ranks.is_buyer and to_ranks.is_buyer and from_ranks.lapse_depth <> to_ranks.lapse_depth
                then from_ranks.lapse_depth - to_ranks.lapse_depth
            else to_ranks.growth_rank - from_ranks.growth_rank
        end as leap_size
    from counted
    inner join {{ ref('stage_ranks') }} as from_ranks
        on counted.model = from_ranks.model and counted.from_stage = from_ranks.stage
    inner join {{ ref('stage_ranks') }} as to_ranks
        on counted.model = to_ranks.model and counted.to_stage = to_ranks.stage
),

-- What customers did in the week before their leap, the day of the leap included.
leap_touches as (
    select
        moves.as_of_date,
        moves.model,
        moves.from_stage,
        moves.to_stage,
        interactions.touch,
        row_number() over (
            partition by moves.as_of_date, moves.model, moves.from_stage, moves.to_stage
            order by count(distinct moves.one_id) desc, count(*) desc, interactions.touch asc
        ) as touch_rank
    from moves
    inner join {{ ref('interactions') }} as interactions
        on
            moves.as_of_date = interactions.as_of_date
            and moves.one_id = interactions.one_id
            and interactions.age_days < {{ segment_number('leap_touch_days') }}
    left join {{ ref('touch_types') }} as types
        on interactions.touch = types.touch
    where moves.from_stage <> moves.to_stage and not coalesce(types.is_leaving, false)
    group by moves.as_of_date, moves.model, moves.from_stage, moves.to_stage, interactions.touch
)

select
    sized.as_of_date,
    sized.model,
    sized.from_stage,
    sized.to_stage,
    cast(sized.customer_count as bigint) as customer_count,
    round(cast(sized.customer_count as double) / cast(sized.from_count as double), 6) as rate,
    cast(sized.leap_size as bigint) as leap_size,
    sized.leap_size >= 1 as is_leap,
    sized.leap_size >= 2 as is_skip,
    sized.leap_size < 0 as is_fall,
    case when sized.leap_size >= 1 then leap_touches.touch end as leading_touch
from sized
left join leap_touches
    on
        sized.as_of_date = leap_touches.as_of_date
        and sized.model = leap_touches.model
        and sized.from_stage = leap_touches.from_stage
        and sized.to_stage = leap_touches.to_stage
        and leap_touches.touch_rank = 1
