-- One row per (as_of_date, one_id) of a buyer: the last basket as known at the date, and what its dearest product is
-- called then, and its category; null where it is sensitive: nobody is greeted with their medicine.
select
    orders.as_of_date,
    orders.one_id,
    baskets.item_count,
    baskets.basket_fen,
    baskets.costed_fen,
    baskets.cost_fen,
    products.name as last_product_name,
    products.category as last_category
from {{ ref('customer_orders') }} as orders
inner join {{ ref('recall_baskets') }} as baskets
    on orders.one_id = baskets.one_id and orders.order_set_hash = baskets.order_set_hash
left join {{ ref('product_states') }} as products
    on
        baskets.last_sku_id = products.sku_id
        and products.from_date <= orders.as_of_date
        and (products.to_date is null or products.to_date > orders.as_of_date)
        and not products.is_sensitive
where {{ among_dates('orders.as_of_date', dates_of('as_of')) }}
