-- One row per (as_of_date, one_id, model, kind, rank, from_date): a stretch in which touches, or purchase days, hold a
-- rank of AIPL or 5A without a gap, from from_date until before to_date. A touch holds the rank of its stage for the
-- stage's window; n purchase days within a year hold theirs until the first of them leaves the year. Told from all that
-- is known at the date, however long ago it was, so a stretch moves only with what is known.
-- People, histories and marks go by number until the stretches are made, for they are sorted; and of the purchase days
-- of all that is learned from, those of the histories of the run's own dates alone are laid out.
{{ config(materialized='table') }}

-- What a touch says and for how long: in AIPL the same of everybody, in 5A one thing of buyers, another of the others.
with said as (
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

-- Touches of one rank hold it for one length, so that their stretches begin and end in the same order.
marks as (
    select
        model,
        kind,
        rank,
        window_days,
        row_number() over (order by model, kind, rank, window_days) as mark_number
    from (select distinct model, kind, rank, window_days from said) as each_once
),

mark_touches as (
    select
        said.touch,
        marks.mark_number,
        marks.window_days
    from said
    inner join marks
        on
            said.model = marks.model
            and said.kind = marks.kind
            and said.rank = marks.rank
            and said.window_days = marks.window_days
),

people as (
    select distinct
        person_key,
        one_id
    from {{ ref('interaction_states') }}
    where one_id is not null
),

purchase_marks as (
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

purchase_ranks as (
    select
        *,
        row_number() over (order by model, rank, min_order_days) as mark_number
    from purchase_marks
),

histories as (
    select
        orders.as_of_date,
        orders.one_id,
        newest.history_key
    from {{ ref('customer_orders') }} as orders
    inner join {{ run_dates('as_of') }} as dates on orders.as_of_date = dates.as_of_date
    inner join {{ ref('purchase_days') }} as newest
        on orders.one_id = newest.one_id and orders.order_set_hash = newest.order_set_hash
    where newest.day_rank = 1
),

days_of_histories as (
    select
        days.history_key,
        days.order_date,
        days.order_days_365d,
        days.day_rank
    from {{ ref('purchase_days') }} as days
    inner join (select distinct history_key from histories) as known on days.history_key = known.history_key
),

purchase_stretches as (
    select
        days.history_key,
        purchase_ranks.mark_number,
        days.order_date as held_from,
        {{ add_days(
            'earliest.order_date', 'cast(' ~ segment_number('order_window_days') ~ ' as integer)'
        ) }} as held_to
    from days_of_histories as days
    inner join purchase_ranks on days.order_days_365d >= purchase_ranks.min_order_days
    inner join days_of_histories as earliest
        on
            days.history_key = earliest.history_key
            and days.day_rank + purchase_ranks.min_order_days - 1 = earliest.day_rank
),

-- Of the same said often on a day, once is enough; so before the dates of the run are laid over it.
touch_stretches as (
    select distinct
        acts.person_key,
        mark_touches.mark_number,
        acts.touched_date as held_from,
        {{ add_days('acts.touched_date', 'cast(mark_touches.window_days as integer)') }} as held_to,
        acts.from_date,
        acts.to_date
    from {{ ref('interaction_states') }} as acts
    inner join mark_touches on acts.touch = mark_touches.touch
    where acts.one_id is not null
),

known_stretches as (
    select
        as_of_date,
        person_key,
        mark_number,
        held_from,
        held_to
    from {{ states_at('touch_stretches') }} as touched
)

select
    touched.as_of_date,
    people.one_id,
    marks.model,
    marks.kind,
    marks.rank,
    touched.from_date,
    touched.to_date
from {{ unbroken('known_stretches', ['as_of_date', 'person_key', 'mark_number']) }} as touched
inner join people on touched.person_key = people.person_key
inner join marks on touched.mark_number = marks.mark_number
union all
select
    histories.as_of_date,
    histories.one_id,
    purchase_ranks.model,
    'purchase' as kind,
    purchase_ranks.rank,
    bought.from_date,
    bought.to_date
from {{ unbroken('purchase_stretches', ['history_key', 'mark_number']) }} as bought
inner join histories on bought.history_key = histories.history_key
inner join purchase_ranks on bought.mark_number = purchase_ranks.mark_number
