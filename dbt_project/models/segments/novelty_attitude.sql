-- One row per (as_of_date, one_id): whether lately the customer follows activities (coupons, live shows, sign-ins) or
-- new products (looked at within so many days of its first sale; before any, of its first record). Too few signs of
-- either: no row.
with first_records as (
    select
        sku_id,
        min(first_record_date) as first_record_date
    from {{ ref('product_states') }}
    group by sku_id
),

counted as (
    select
        interactions.as_of_date,
        interactions.one_id,
        count(case
            when interactions.touch in ('receive_coupon', 'redeem_coupon', 'watch_live', 'attend', 'sign_in')
                then interactions.touch
        end) as activity_count,
        count(case
            when
                interactions.touch in ('view', 'favourite', 'add_to_cart')
                and {{ days_between(
                    'coalesce(sales.first_sold_date, first_records.first_record_date)', 'interactions.touched_date'
                ) }} between 0 and {{ segment_number('new_product_days') }}
                then interactions.touch
        end) as new_product_count
    from {{ ref('interactions') }} as interactions
    left join first_records on interactions.object_id = first_records.sku_id
    left join {{ ref('product_first_sales') }} as sales
        on
            interactions.object_id = sales.sku_id
            and sales.from_date <= interactions.as_of_date
            and (sales.to_date is null or sales.to_date > interactions.as_of_date)
    where
        {{ among_dates('interactions.as_of_date', dates_of('segment')) }}
        and interactions.age_days < {{ segment_number('preference_days') }}
    group by interactions.as_of_date, interactions.one_id
)

select
    as_of_date,
    one_id,
    case
        when activity_count >= new_product_count then 'activity_lover'
        else 'new_product_follower'
    end as novelty_attitude
from counted
where greatest(activity_count, new_product_count) >= {{ segment_number('novelty_minimum_touches') }}
