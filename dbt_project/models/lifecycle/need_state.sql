-- One row per (as_of_date, one_id) that gave a sign lately: what the customer seems to need now. Signals are counted
-- over a fortnight; the first need state, in the seed's priority, with a signal in its bounds holds.
with recent as (
    select
        interactions.as_of_date,
        interactions.one_id,
        interactions.touch,
        interactions.object_type,
        interactions.object_id
    from {{ ref('interactions') }} as interactions
    where
        {{ among_dates('interactions.as_of_date', dates_of('segment')) }}
        and interactions.age_days < {{ segment_number('need_state_days') }}
),

product_categories as (
    select
        as_of_date,
        sku_id,
        category
    from {{ states_at(ref('product_states'), 'segment') }} as products
    where sku_id in (select recent.object_id from recent)
),

viewed as (
    select
        recent.as_of_date,
        recent.one_id,
        recent.object_id,
        product_categories.category,
        count(*) as view_count
    from recent
    left join product_categories
        on recent.as_of_date = product_categories.as_of_date and recent.object_id = product_categories.sku_id
    where recent.touch = 'view' and coalesce(recent.object_type, 'product') = 'product' and recent.object_id is not null
    group by recent.as_of_date, recent.one_id, recent.object_id, product_categories.category
),

viewed_categories as (
    select
        as_of_date,
        one_id,
        category,
        count(*) as product_count,
        sum(view_count) as view_count,
        max(view_count) as most_views_of_one_product
    from viewed
    group by as_of_date, one_id, category
),

browsing as (
    select
        as_of_date,
        one_id,
        max(most_views_of_one_product) as views_of_one_product,
        max(case when category is not null then product_count end) as products_of_one_category,
        sum(
            case when category is not null and view_count <= {{ segment_number('light_views') }} then 1 end
        ) as lightly_viewed_categories
    from viewed_categories
    group by as_of_date, one_id
),

acting as (
    select
        as_of_date,
        one_id,
        sum(case when touch = 'ask_service' and coalesce(object_type, '') <> 'price' then 1 end)
            as service_questions,
        sum(case when touch = 'ask_service' and object_type = 'price' then 1 end) as price_questions,
        sum(case when touch = 'add_to_cart' then 1 end) as carts,
        sum(case when touch = 'book' then 1 end) as bookings,
        sum(case when touch = 'view' and object_type = 'review' then 1 end) as review_reads,
        sum(case when touch = 'trial' then 1 end) as trials,
        max(touch = 'search') as is_searching
    from recent
    group by as_of_date, one_id
),

acted as (
    select
        acting.*,
        browsing.views_of_one_product,
        browsing.products_of_one_category,
        -- Who searches knows what they look for.
        case when not acting.is_searching then browsing.lightly_viewed_categories end as lightly_viewed_categories
    from acting
    left join browsing on acting.as_of_date = browsing.as_of_date and acting.one_id = browsing.one_id
),

signals as (
    {%- for signal in [
        'service_questions', 'price_questions', 'carts', 'bookings', 'review_reads', 'trials', 'views_of_one_product',
        'products_of_one_category', 'lightly_viewed_categories',
    ] %}
    select
        as_of_date,
        one_id,
        '{{ signal }}' as signal,
        {{ signal }} as signal_count
    from acted
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    signals.as_of_date,
    signals.one_id,
    min_by(rules.need_state, rules.priority) as need_state
from signals
inner join {{ ref('need_state_signals') }} as bounds
    on signals.signal = bounds.signal and signals.signal_count >= bounds.minimum
inner join {{ ref('need_state_rules') }} as rules on bounds.need_state = rules.need_state
group by signals.as_of_date, signals.one_id
