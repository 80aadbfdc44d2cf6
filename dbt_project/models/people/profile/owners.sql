-- One row per (as_of_date, one_id) that staff follow or sold to: the one member of staff who speaks to the customer.
-- The follower with the last two-way contact, else who sold last, else who was added first; without a follower, the
-- last seller. Never a leaver: a customer whose staff have all left waits without an owner to be handed over.
with contacts as (
    select
        as_of_date,
        one_id,
        staff_id,
        max(touched_at) as last_contact_at
    from {{ ref('touches') }}
    where
        {{ among_dates('as_of_date', dates_of('as_of')) }}
        and staff_id is not null
        and touch in ('message_replied', 'speak', 'ask_service', 'book')
    group by as_of_date, one_id, staff_id
),

history_sales as (
    select
        one_id,
        order_set,
        staff_id,
        max(ordered_at) as last_sale_at
    from {{ ref('purchase_histories') }}
    where staff_id is not null
    group by one_id, order_set, staff_id
),

sales as (
    select
        orders.as_of_date,
        orders.one_id,
        history_sales.staff_id,
        history_sales.last_sale_at
    from {{ ref('customer_orders') }} as orders
    inner join {{ run_dates('as_of') }} as dates on orders.as_of_date = dates.as_of_date
    inner join history_sales on orders.one_id = history_sales.one_id and orders.order_set = history_sales.order_set
),

last_sellers as (
    select
        as_of_date,
        one_id,
        staff_id,
        last_sale_at,
        row_number() over (partition by as_of_date, one_id order by last_sale_at desc, staff_id asc) as sale_rank
    from sales
),

leavers as (
    select
        as_of_date,
        staff_id
    from {{ states_at(ref('staff_states')) }} as staff
    where has_left
),

candidates as (
    select
        follows.as_of_date,
        follows.one_id,
        follows.staff_id,
        true as is_follower,
        follows.added_at,
        contacts.last_contact_at,
        sales.last_sale_at,
        follows.has_left
    from {{ ref('staff_follows') }} as follows
    left join contacts
        on
            follows.as_of_date = contacts.as_of_date
            and follows.one_id = contacts.one_id
            and follows.staff_id = contacts.staff_id
    left join sales
        on follows.as_of_date = sales.as_of_date and follows.one_id = sales.one_id and follows.staff_id = sales.staff_id
    where follows.is_active and {{ among_dates('follows.as_of_date', dates_of('as_of')) }}
    union all
    select
        last_sellers.as_of_date,
        last_sellers.one_id,
        last_sellers.staff_id,
        false as is_follower,
        null as added_at,
        null as last_contact_at,
        last_sellers.last_sale_at,
        leavers.staff_id is not null as has_left
    from last_sellers
    left join leavers on last_sellers.as_of_date = leavers.as_of_date and last_sellers.staff_id = leavers.staff_id
    where last_sellers.sale_rank = 1
),

ranked as (
    select
        *,
        row_number() over (
            partition by as_of_date, one_id
            order by
                has_left asc, is_follower desc, last_contact_at desc nulls last, last_sale_at desc nulls last,
                added_at asc nulls last, staff_id asc
        ) as owner_rank,
        max(case when is_follower and has_left then 1 else 0 end) over (partition by as_of_date, one_id)
            as has_follower_who_left
    from candidates
)

select
    as_of_date,
    one_id,
    case when not has_left then staff_id end as owner_staff_id,
    case
        when has_left then 'to_hand_over'
        when is_follower and last_contact_at is not null then 'last_contact'
        when is_follower and last_sale_at is not null then 'last_sale'
        when is_follower then 'first_added'
        else 'seller_not_following'
    end as owner_basis,
    case when not has_left then is_follower else false end as owner_follows,
    has_follower_who_left = 1 and (has_left or not is_follower) as needs_hand_over
from ranked
where owner_rank = 1
