-- One row per (as_of_date, one_id) of everybody known: the furthest AIPL stage whose touch or purchase lies within the
-- stage's own window; none where nothing does.
{{ config(meta={'told_of': 'state', 'is_kept': true}) }}

with windows as (
    select
        aipl_stage,
        rank,
        window_days,
        min_order_days
    from {{ ref('aipl_windows') }}
),

touched as (
    select
        interactions.as_of_date,
        interactions.one_id,
        max(windows.rank) as rank
    from {{ ref('interactions') }} as interactions
    inner join {{ ref('touch_types') }} as touch_types on interactions.touch = touch_types.touch
    inner join windows on touch_types.aipl_stage = windows.aipl_stage
    where interactions.age_days < windows.window_days and windows.min_order_days = 0
    group by interactions.as_of_date, interactions.one_id
),

bought as (
    select
        stages.as_of_date,
        stages.one_id,
        max(windows.rank) as rank
    from {{ ref('purchase_stages') }} as stages
    inner join windows on windows.min_order_days > 0 and stages.order_days_365d >= windows.min_order_days
    group by stages.as_of_date, stages.one_id
),

furthest as (
    select
        stages.as_of_date,
        stages.one_id,
        greatest(touched.rank, bought.rank) as rank
    from {{ ref('purchase_stages') }} as stages
    inner join {{ run_dates('state') }} as dates on stages.as_of_date = dates.as_of_date
    left join touched on stages.as_of_date = touched.as_of_date and stages.one_id = touched.one_id
    left join bought on stages.as_of_date = bought.as_of_date and stages.one_id = bought.one_id
)

select
    furthest.as_of_date,
    furthest.one_id,
    coalesce(windows.aipl_stage, 'none') as aipl_stage
from furthest
left join windows on furthest.rank = windows.rank
