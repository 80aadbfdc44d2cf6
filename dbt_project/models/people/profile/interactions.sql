-- One row per (as_of_date, touch) within the longest window any rule looks at. A view, like paid_orders.
{{ config(materialized='view') }}

select
    as_of_date,
    one_id,
    source,
    customer_id,
    touch,
    is_received_only,
    touched_at,
    touched_date,
    touched_hour,
    {{ days_between('touched_date', 'as_of_date') }} as age_days,
    channel,
    staff_id,
    object_type,
    object_id,
    duration_seconds,
    share_id,
    referred_customer_id,
    touch_id
from {{ states_at(ref('interaction_states'), 'acted') }} as interactions
where
    one_id is not null
    and touched_date > {{ add_days('as_of_date', '-cast(' ~ segment_number('activity_window_days') ~ ' as integer)') }}
