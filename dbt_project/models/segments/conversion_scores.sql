-- One row per (as_of_date, one_id): the stage's base, or the cart's where that is more, times the money score. No
-- decay: the stage already falls.
with carts as (
    select distinct
        interactions.as_of_date,
        interactions.one_id,
        of_cart.points
    from {{ ref('interactions') }} as interactions
    inner join {{ ref('conversion_points') }} as of_cart on of_cart.stage = 'cart'
    where
        {{ among_dates('interactions.as_of_date', dates_of('segment')) }}
        and interactions.touch = 'add_to_cart'
        and interactions.age_days < {{ segment_number('cart_days') }}
),

based as (
    select
        rfm.as_of_date,
        rfm.one_id,
        -- Whoever paid nothing in the window has the lowest money score.
        coalesce(rfm.m_score, 1) as m_score,
        greatest(of_stage.points, carts.points) as base_points
    from {{ ref('rfm') }} as rfm
    inner join {{ ref('conversion_points') }} as of_stage on rfm.purchase_stage = of_stage.stage
    left join carts on rfm.as_of_date = carts.as_of_date and rfm.one_id = carts.one_id
    where {{ among_dates('rfm.as_of_date', dates_of('segment')) }}
)

select
    based.as_of_date,
    based.one_id,
    {{ whole_quotient('based.base_points * multipliers.percent', '100') }} as conversion_points
from based
inner join {{ ref('conversion_multipliers') }} as multipliers on based.m_score = multipliers.m_score
