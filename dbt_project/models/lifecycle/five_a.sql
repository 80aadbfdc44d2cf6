-- One row per (as_of_date, one_id) of everybody known: the furthest of the five A. Who shares without having bought is
-- attracted, not yet an advocate.
{{ config(meta={'told_of': 'state', 'is_kept': true}) }}

with windows as (
    select
        five_a_stage,
        rank,
        window_days,
        min_order_days
    from {{ ref('five_a_windows') }}
),

people as (
    select
        stages.as_of_date,
        stages.one_id,
        stages.order_days_365d
    from {{ ref('purchase_stages') }} as stages
    inner join {{ run_dates('state') }} as dates on stages.as_of_date = dates.as_of_date
),

-- One row per kind of touch and window: the furthest stage that a touch of this kind shows of a buyer, and of who has
-- not bought yet. Worked out here for three dozen kinds, not below for each of four million touches.
marks as (
    select
        touch_types.touch,
        windows.window_days,
        max(case when touch_types.five_a_stage = windows.five_a_stage then windows.rank end) as rank,
        max(case when touch_types.five_a_stage_before_order = windows.five_a_stage then windows.rank end)
            as rank_before_order
    from {{ ref('touch_types') }} as touch_types
    inner join windows
        on
            touch_types.five_a_stage = windows.five_a_stage
            or touch_types.five_a_stage_before_order = windows.five_a_stage
    group by touch_types.touch, windows.window_days
),

touched as (
    select
        interactions.as_of_date,
        interactions.one_id,
        max(marks.rank) as rank,
        max(marks.rank_before_order) as rank_before_order
    from {{ ref('interactions') }} as interactions
    inner join marks on interactions.touch = marks.touch and interactions.age_days < marks.window_days
    group by interactions.as_of_date, interactions.one_id
),

act as (
    select
        rank,
        min_order_days
    from windows
    where five_a_stage = 'act'
),

furthest as (
    select
        people.as_of_date,
        people.one_id,
        case
            when people.order_days_365d >= act.min_order_days then greatest(act.rank, touched.rank)
            else touched.rank_before_order
        end as rank
    from people
    cross join act
    left join touched on people.as_of_date = touched.as_of_date and people.one_id = touched.one_id
)

select
    furthest.as_of_date,
    furthest.one_id,
    coalesce(windows.five_a_stage, 'none') as five_a_stage
from furthest
left join windows on furthest.rank = windows.rank
