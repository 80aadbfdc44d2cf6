-- One row per (as_of_date, one_id) that staff follow or sold to: the owner, who alone speaks to the customer. Of the
-- followers who still work here the one with the last two-way contact, else who sold last, else who was added first. A
-- customer whose followers have all left has no owner and waits to be handed over. Who is on no list of staff, a till
-- that was added as a friend, owns nobody; a brand without any list has its followers for staff. Who sold last is a
-- fact of its own.
with contacts as (
    select
        as_of_date,
        one_id,
        staff_id,
        max(touched_at) as last_contact_at
    from {{ ref('interactions') }}
    where
        {{ among_dates('as_of_date', dates_of('as_of')) }}
        and touch in ('message_replied', 'speak', 'ask_service', 'book')
    group by as_of_date, one_id, staff_id
),

history_sales as (
    select
        one_id,
        order_set_hash,
        staff_id,
        max(ordered_at) as last_sale_at
    from {{ ref('purchase_histories') }}
    group by one_id, order_set_hash, staff_id
),

sales as (
    select
        orders.as_of_date,
        orders.one_id,
        history_sales.staff_id,
        history_sales.last_sale_at
    from {{ ref('customer_orders') }} as orders
    inner join {{ run_dates('as_of') }} as dates on orders.as_of_date = dates.as_of_date
    inner join history_sales
        on orders.one_id = history_sales.one_id and orders.order_set_hash = history_sales.order_set_hash
),

-- A till sells as well and speaks to nobody: a seller is somebody on the list of staff.
staff as (
    select
        as_of_date,
        staff_id,
        has_left,
        left_date
    from {{ states_at(ref('staff_states')) }} as states
),

dates_with_a_list as (
    select distinct as_of_date
    from staff
),

last_sellers as (
    select
        sales.as_of_date,
        sales.one_id,
        sales.staff_id,
        row_number() over (
            partition by sales.as_of_date, sales.one_id order by sales.last_sale_at desc, sales.staff_id asc
        ) as sale_rank
    from sales
    inner join staff on sales.as_of_date = staff.as_of_date and sales.staff_id = staff.staff_id
    where not staff.has_left
),

ranked as (
    select
        follows.as_of_date,
        follows.one_id,
        follows.staff_id,
        follows.has_left,
        staff.left_date,
        case
            when follows.has_left then 'to_hand_over'
            when contacts.last_contact_at is not null then 'last_contact'
            when sales.last_sale_at is not null then 'last_sale'
            else 'first_added'
        end as owner_basis,
        row_number() over (
            partition by follows.as_of_date, follows.one_id
            order by
                follows.has_left asc, contacts.last_contact_at desc nulls last, sales.last_sale_at desc nulls last,
                follows.added_at asc nulls last, follows.staff_id asc
        ) as owner_rank
    from {{ ref('staff_follows') }} as follows
    left join contacts
        on
            follows.as_of_date = contacts.as_of_date
            and follows.one_id = contacts.one_id
            and follows.staff_id = contacts.staff_id
    left join sales
        on follows.as_of_date = sales.as_of_date and follows.one_id = sales.one_id and follows.staff_id = sales.staff_id
    left join staff on follows.as_of_date = staff.as_of_date and follows.staff_id = staff.staff_id
    left join dates_with_a_list as listed on follows.as_of_date = listed.as_of_date
    where
        follows.is_active
        and {{ among_dates('follows.as_of_date', dates_of('as_of')) }}
        and (staff.staff_id is not null or listed.as_of_date is null)
)

select
    coalesce(ranked.as_of_date, sellers.as_of_date) as as_of_date,
    coalesce(ranked.one_id, sellers.one_id) as one_id,
    case when not ranked.has_left then ranked.staff_id end as owner_staff_id,
    ranked.owner_basis,
    sellers.staff_id as last_seller_staff_id,
    case when ranked.has_left then ranked.staff_id end as left_staff_id,
    case when ranked.has_left then ranked.left_date end as left_date
from (
    select * from ranked
    where owner_rank = 1
) as ranked
full outer join (
    select * from last_sellers
    where sale_rank = 1
) as sellers
    on ranked.as_of_date = sellers.as_of_date and ranked.one_id = sellers.one_id
