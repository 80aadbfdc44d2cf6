-- One row per (as_of_date, one_id, model, kind, rank, from_date): a stretch in which touches, or purchase days, hold a
-- rank of AIPL or 5A without a gap, from from_date until before to_date. A touch holds the rank of its stage for the
-- stage's window; n purchase days within a year hold theirs until the first of them leaves the year. Told from all that
-- is known at the date, however long ago it was, so a stretch moves only with what is known.
{{ config(materialized='table') }}

-- What a touch says and for how long: in AIPL the same of everybody, in 5A one thing of buyers, another of the others.
with marks as (
    {%- for model, kind, column in [
        ('aipl', 'touch', 'aipl_stage'),
        ('five_a', 'buyers_touch', 'five_a_stage'),
        ('five_a', 'others_touch', 'five_a_stage_before_order'),
    ] %}
    select
        '{{ model }}' as model,
        '{{ kind }}' as kind,
        touch_types.touch,
        windows.rank,
        windows.window_days
    from {{ ref('touch_types') }} as touch_types
    inner join {{ ref(model ~ '_windows') }} as windows on touch_types.{{ column }} = windows.{{ model }}_stage
    {%- if model == 'aipl' %}
    where windows.min_order_days = 0
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

purchase_ranks as (
    select
        'aipl' as model,
        rank,
        min_order_days
    from {{ ref('aipl_windows') }}
    where min_order_days > 0
    union all
    select
        'five_a' as model,
        rank,
        min_order_days
    from {{ ref('five_a_windows') }}
    where five_a_stage = 'act'
),

purchase_stretches as (
    select
        days.one_id,
        days.order_set_hash,
        purchase_ranks.model,
        purchase_ranks.rank,
        days.order_date as held_from,
        {{ add_days(
            'earliest.order_date', 'cast(' ~ segment_number('order_window_days') ~ ' as integer)'
        ) }} as held_to
    from {{ ref('purchase_days') }} as days
    inner join purchase_ranks on days.order_days_365d >= purchase_ranks.min_order_days
    inner join {{ ref('purchase_days') }} as earliest
        on
            days.history_key = earliest.history_key
            and days.day_rank + purchase_ranks.min_order_days - 1 = earliest.day_rank
),

-- Of the same said often on a day, once is enough; so before the dates of the run are laid over it.
touch_stretches as (
    select distinct
        acts.one_id,
        marks.model,
        marks.kind,
        marks.rank,
        acts.touched_date as held_from,
        {{ add_days('acts.touched_date', 'cast(marks.window_days as integer)') }} as held_to,
        acts.from_date,
        acts.to_date
    from {{ ref('interaction_states') }} as acts
    inner join marks on acts.touch = marks.touch
    where acts.one_id is not null
),

known_stretches as (
    select
        as_of_date,
        one_id,
        model,
        kind,
        rank,
        held_from,
        held_to
    from {{ states_at('touch_stretches') }} as touched
)

select
    as_of_date,
    one_id,
    model,
    kind,
    rank,
    from_date,
    to_date
from {{ unbroken('known_stretches', ['as_of_date', 'one_id', 'model', 'kind', 'rank']) }} as touched
union all
select
    orders.as_of_date,
    orders.one_id,
    bought.model,
    'purchase' as kind,
    bought.rank,
    bought.from_date,
    bought.to_date
from {{ ref('customer_orders') }} as orders
inner join {{ run_dates('as_of') }} as dates on orders.as_of_date = dates.as_of_date
inner join {{ unbroken('purchase_stretches', ['one_id', 'order_set_hash', 'model', 'rank']) }} as bought
    on orders.one_id = bought.one_id and orders.order_set_hash = bought.order_set_hash
