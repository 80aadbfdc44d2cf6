-- One row per version of a customer's order and the person it was known to be of: that somebody placed it, whatever
-- became of it. Seeing a person needs no more; what was bought stands in order_states.
with placed as (
    select
        owners.one_id,
        orders.source,
        orders.order_id,
        orders.channel,
        orders.ordered_at,
        greatest(orders.counts_from, orders.order_date, owners.from_date) as from_date,
        least(orders.counts_to, owners.to_date) as to_date
    from {{ ref('sale_versions') }} as orders
    inner join {{ ref('record_owners') }} as owners
        on orders.source = owners.source and orders.customer_id = owners.customer_id
)

select
    one_id,
    source,
    order_id,
    channel,
    ordered_at,
    from_date,
    to_date
from placed
where to_date is null or to_date > from_date
