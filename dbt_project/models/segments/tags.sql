-- One row per (as_of_date, one_id): the customer's tags as one sorted list of `kind:value`, static and dynamic, moved
-- in the same run as the segments and stages they are taken from. Whom a hard rule keeps out has none.
with attended as (
    select
        as_of_date,
        one_id,
        {{ sorted_list("'attended:' || object_id") }} as courses
    from {{ ref('interactions') }}
    where
        {{ among_dates('as_of_date', dates_of('segment')) }}
        and touch in ('attend', 'finish_lesson')
        and object_id is not null
    group by as_of_date, one_id
)

select
    segments.as_of_date,
    segments.one_id,
    {{ sorted_values([
        "'gender:' || attributes.gender",
        "'age:' || attributes.age_band",
        "'city_tier:' || attributes.city_tier",
        "'region:' || attributes.province",
        "'occupation:' || attributes.occupation",
        "'industry:' || attributes.industry",
        "'acquired:' || attributes.acquisition_channel",
        "'level:' || attributes.level",
        "'rfm:' || segments.rfm_segment",
        "'matrix:' || segments.matrix_cell",
        "'pyramid:' || segments.pyramid_tier",
        "'role:' || segments.super_user_role",
        "'price:' || segments.price_attitude",
        "'novelty:' || segments.novelty_attitude",
        "'interest:' || habits.first_interest",
        "'channel:' || preferences.preferred_channel",
        "'hour:' || cast(preferences.preferred_hour as varchar)",
    ], 'attended.courses') }} as tags
from {{ ref('customer_segments') }} as segments
left join {{ ref('attributes') }} as attributes
    on segments.as_of_date = attributes.as_of_date and segments.one_id = attributes.one_id
left join {{ ref('preferences') }} as preferences
    on segments.as_of_date = preferences.as_of_date and segments.one_id = preferences.one_id
left join {{ ref('customer_orders') }} as orders
    on segments.as_of_date = orders.as_of_date and segments.one_id = orders.one_id
left join {{ ref('purchase_habits') }} as habits
    on orders.one_id = habits.one_id and orders.order_set_hash = habits.order_set_hash
left join attended on segments.as_of_date = attended.as_of_date and segments.one_id = attended.one_id
where {{ among_dates('segments.as_of_date', dates_of('segment')) }} and not segments.is_excluded
