{{ config(materialized='view') }}
-- One row per (as_of_date, list_name, one_id, stop): what came true since a list was made that its plan says it stops
-- at, as it stands now: an order placed after the date's cut-off, an open refund, an open complaint, a refusal of the
-- channel, a friend who deleted the sender. A plan whose one stop is no reason (a deleted friend is written to because
-- they left) does not name it.
with listed as (
    select
        as_of_date,
        list_name,
        one_id,
        message_channel,
        staff_id,
        stop_if
    from {{ ref('sending_list') }}
),

came_true as (
    select
        listed.as_of_date,
        listed.list_name,
        listed.one_id,
        'ordered' as stop
    from listed
    inner join {{ ref('placed_orders') }} as orders
        on
            listed.one_id = orders.one_id
            and orders.to_date is null
            and {{ business_date('orders.ordered_at') }} > listed.as_of_date
    union
    select
        listed.as_of_date,
        listed.list_name,
        listed.one_id,
        'refund_open' as stop
    from listed
    inner join {{ ref('refund_states') }} as refunds
        on listed.one_id = refunds.one_id and refunds.stage = 'open' and refunds.to_date is null
    union
    select
        listed.as_of_date,
        listed.list_name,
        listed.one_id,
        'complaint_open' as stop
    from listed
    inner join {{ ref('refusal_states') }} as refusals
        on
            listed.one_id = refusals.one_id
            and refusals.is_complaint
            and refusals.to_date is null
            and {{ days_between('refusals.said_date', 'listed.as_of_date') }} < {{ recall_number('complaint_days') }}
    union
    -- who waits for an answer and was spoken with since; only lists that name it
    select
        listed.as_of_date,
        listed.list_name,
        listed.one_id,
        'answered' as stop
    from listed
    inner join {{ ref('answers_in_person') }} as answers
        on
            listed.one_id = answers.one_id
            and array_contains(listed.stop_if, 'answered')
            and answers.to_date is null
            and answers.answered_date > listed.as_of_date
    union
    select
        listed.as_of_date,
        listed.list_name,
        listed.one_id,
        'unsubscribed' as stop
    from listed
    inner join {{ ref('do_not_contact_at_publish') }} as refusals
        on listed.one_id = refusals.one_id and listed.message_channel = refusals.message_channel
    union
    select
        listed.as_of_date,
        listed.list_name,
        listed.one_id,
        'deleted_friend' as stop
    from listed
    inner join {{ ref('friendships') }} as friendships
        on
            listed.one_id = friendships.one_id
            and listed.staff_id = friendships.staff_id
            and friendships.to_date is null
            and (friendships.deleted_by_customer_at is not null or friendships.deleted_by_staff_at is not null)
)

select
    came_true.as_of_date,
    came_true.list_name,
    came_true.one_id,
    came_true.stop
from came_true
inner join listed
    on
        came_true.as_of_date = listed.as_of_date
        and came_true.list_name = listed.list_name
        and came_true.one_id = listed.one_id
        and (listed.stop_if is null or array_contains(listed.stop_if, came_true.stop))
