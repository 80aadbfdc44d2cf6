-- One row per (as_of_date, one_id) of everybody known on the first day of a quarter: the purchase stage by the cadence
-- that held on the eve. The main categories and the prior gaps are frozen anew that day; whom that alone moves has done
-- nothing.
with dates as (
    select
        as_of_date,
        {{ frozen_date(add_days('as_of_date', '-1')) }} as frozen_on
    from {{ refreeze_dates() }} as refreeze_dates
),

people as (
    select distinct
        person_key,
        one_id
    from {{ ref('record_owners') }}
),

numbers as (
    select {{ segment_number('cadence_default_days') }} as default_days
),

facts as (
    select
        stages.as_of_date,
        stages.one_id,
        stages.last_order_date is not null as is_buyer,
        stages.is_registered,
        stages.order_days_365d,
        stages.recency_days,
        {{ cadence_days(
            'stages.gap_count', 'stages.own_p90_gap_days',
            'coalesce(of_category.p90_gap_days, of_brand.p90_gap_days, numbers.default_days)'
        ) }} as cadence_days
    from dates
    cross join numbers
    inner join {{ ref('purchase_stages') }} as stages on dates.as_of_date = stages.as_of_date
    inner join people on stages.one_id = people.one_id
    left join {{ ref('main_categories') }} as categories
        on dates.frozen_on = categories.frozen_on and people.person_key = categories.person_key
    left join {{ ref('cadence_priors') }} as of_category
        on dates.frozen_on = of_category.frozen_on and categories.category = of_category.category
    left join {{ ref('cadence_priors') }} as of_brand
        on dates.frozen_on = of_brand.frozen_on and of_brand.category is null
)

select
    facts.as_of_date,
    facts.one_id,
    rules.purchase_stage
from facts
inner join {{ ref('purchase_stage_rules') }} as rules on {{ fits_stage_rule('facts', 'rules') }}
