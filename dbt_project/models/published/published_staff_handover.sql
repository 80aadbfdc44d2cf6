-- One row per customer of the hand-over list: up to three members of staff who could take them over, and whether the
-- platform still lets them be transferred. Who knows the customer comes first (sold to them, or spoke with them), then
-- who works in the customer's usual store, then in the store of who left. Among those who work there the customers go
-- round: who is worth most goes to who has least to do, the next to the next. Nobody whom the customer deleted is
-- proposed, and nobody who is not at work.
with customers as (
    select
        listed.one_id,
        listed.as_of_date,
        listed.left_staff_id,
        listed.left_date,
        listed.net_paid_fen,
        listed.store_id as customers_store_id,
        leavers.store_id as leavers_store_id,
        row_number() over (
            partition by listed.as_of_date, coalesce(listed.store_id, leavers.store_id, '')
            order by listed.net_paid_fen desc, listed.one_id asc
        ) as turn
    from {{ ref('published_hand_over_list') }} as listed
    inner join {{ run_dates('as_of') }} as of_run on listed.as_of_date = of_run.as_of_date
    left join {{ states_at(ref('staff_states')) }} as leavers
        on listed.as_of_date = leavers.as_of_date and listed.left_staff_id = leavers.staff_id
),

owned as (
    select
        as_of_date,
        owner_staff_id as staff_id,
        count(*) as customers
    from {{ ref('customer_profile') }}
    where owner_staff_id is not null and {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, owner_staff_id
),

asked as (
    select
        as_of_date,
        staff_id,
        count(*) as tasks
    from {{ ref('published_recall_tasks') }}
    group by as_of_date, staff_id
),

at_work as (
    select
        staff.as_of_date,
        staff.staff_id,
        staff.store_id,
        coalesce(owned.customers, 0) as customers,
        coalesce(asked.tasks, 0) as tasks,
        row_number() over (
            partition by staff.as_of_date, coalesce(staff.store_id, '')
            order by
                coalesce(owned.customers, 0) / cast(nullif(staff.daily_message_capacity, 0) as double) asc nulls last,
                coalesce(owned.customers, 0) asc, coalesce(asked.tasks, 0) asc, staff.staff_id asc
        ) - 1 as place,
        count(*) over (partition by staff.as_of_date, coalesce(staff.store_id, '')) as colleagues
    from {{ states_at(ref('staff_states')) }} as staff
    left join owned on staff.as_of_date = owned.as_of_date and staff.staff_id = owned.staff_id
    left join asked on staff.as_of_date = asked.as_of_date and staff.staff_id = asked.staff_id
    where not staff.has_left
),

met as (
    select
        customers.as_of_date,
        customers.one_id,
        interactions.staff_id,
        interactions.touched_at as met_at
    from customers
    inner join {{ ref('interactions') }} as interactions
        on customers.as_of_date = interactions.as_of_date and customers.one_id = interactions.one_id
    where interactions.staff_id is not null and not interactions.is_received_only
    union all
    select
        customers.as_of_date,
        customers.one_id,
        histories.staff_id,
        histories.ordered_at as met_at
    from customers
    inner join {{ ref('customer_orders') }} as orders
        on customers.as_of_date = orders.as_of_date and customers.one_id = orders.one_id
    inner join {{ ref('purchase_histories') }} as histories
        on orders.one_id = histories.one_id and orders.order_set_hash = histories.order_set_hash
    where histories.staff_id is not null
),

last_met as (
    select
        as_of_date,
        one_id,
        staff_id,
        max(met_at) as met_at
    from met
    group by as_of_date, one_id, staff_id
),

proposed as (
    select
        customers.as_of_date,
        customers.one_id,
        at_work.staff_id,
        at_work.customers,
        at_work.tasks,
        case
            when last_met.staff_id is not null then 'knows_them'
            when at_work.store_id = customers.customers_store_id then 'their_store'
            else 'leavers_store'
        end as basis,
        row_number() over (
            partition by customers.as_of_date, customers.one_id
            order by
                case
                    when last_met.staff_id is not null then 1
                    when at_work.store_id = customers.customers_store_id then 2
                    else 3
                end asc,
                last_met.met_at desc nulls last,
                mod(
                    at_work.place + at_work.colleagues - mod(customers.turn - 1, at_work.colleagues),
                    at_work.colleagues
                ) asc,
                at_work.staff_id asc
        ) as place
    from customers
    inner join at_work on customers.as_of_date = at_work.as_of_date
    left join last_met
        on
            customers.as_of_date = last_met.as_of_date
            and customers.one_id = last_met.one_id
            and at_work.staff_id = last_met.staff_id
    left join {{ ref('staff_follows') }} as follows
        on
            customers.as_of_date = follows.as_of_date
            and customers.one_id = follows.one_id
            and at_work.staff_id = follows.staff_id
            and follows.deleted_by_customer_at is not null
    where
        follows.staff_id is null
        and (
            last_met.staff_id is not null
            or at_work.store_id = customers.customers_store_id
            or coalesce(at_work.store_id, '') = coalesce(customers.leavers_store_id, '')
        )
),

transfers as (
    select
        friendships.as_of_date,
        friendships.one_id,
        count(*) as transfers
    from {{ states_at(ref('friendships')) }} as friendships
    where
        friendships.add_way = 'admin_assign'
        and {{ days_between('friendships.added_date', 'friendships.as_of_date') }}
        < {{ segment_number('transfer_window_days') }}
    group by friendships.as_of_date, friendships.one_id
)

select
    customers.one_id,
    customers.as_of_date,
    customers.left_staff_id,
    customers.left_date,
    coalesce(customers.customers_store_id, customers.leavers_store_id) as store_id,
    customers.net_paid_fen,
    {%- for place in [1, 2, 3] %}
    max(case when proposed.place = {{ place }} then proposed.staff_id end) as taker_{{ place }}_staff_id,
    max(case when proposed.place = {{ place }} then proposed.basis end) as taker_{{ place }}_basis,
    cast(max(case when proposed.place = {{ place }} then proposed.customers end) as bigint)
        as taker_{{ place }}_customers,
    cast(max(case when proposed.place = {{ place }} then proposed.tasks end) as bigint) as taker_{{ place }}_tasks,
    {%- endfor %}
    cast(coalesce(max(transfers.transfers), 0) as bigint) as transfers_90d,
    case
        when coalesce(max(transfers.transfers), 0) >= {{ segment_number('transfers_most') }}
            then 'transferred_too_often'
        when
            {{ days_between('customers.left_date', 'customers.as_of_date') }}
            > {{ segment_number('handover_most_days') }}
            then 'left_too_long_ago'
    end as barred_because
from customers
left join proposed on customers.as_of_date = proposed.as_of_date and customers.one_id = proposed.one_id
left join transfers on customers.as_of_date = transfers.as_of_date and customers.one_id = transfers.one_id
group by
    customers.one_id, customers.as_of_date, customers.left_staff_id, customers.left_date, customers.customers_store_id,
    customers.leavers_store_id, customers.net_paid_fen
