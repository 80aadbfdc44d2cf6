-- One row per (as_of_date, one_id): what the customer's records say of them. Of several records the newest that says
-- anything, but the highest of their levels: a shop's ordinary member of today is still the brand's gold card. Test
-- wherever one record is.
with records as (
    select
        known.as_of_date,
        known.one_id,
        known.gender,
        known.birth_date,
        known.province,
        known.city,
        known.occupation,
        known.industry,
        case when known.registered_date <= known.as_of_date then known.registered_at end as registered_at,
        known.acquisition_channel,
        known.level,
        known.points,
        known.is_test,
        row_number() over (
            partition by known.as_of_date, known.one_id
            order by known.told_at desc, known.source asc, known.customer_id asc
        ) as newness,
        row_number() over (
            partition by known.as_of_date, known.one_id
            order by
                coalesce(levels.rank, 0) desc,
                known.told_at desc, known.source asc, known.customer_id asc
        ) as highness,
        row_number() over (
            partition by known.as_of_date, known.one_id
            order by known.begun_at, known.source, known.customer_id
        ) as oldness
    from {{ states_at(ref('record_states')) }} as known
    left join {{ ref('member_levels') }} as levels on known.level = levels.level
),

said as (
    select
        as_of_date,
        one_id,
        {%- for column in ['gender', 'birth_date', 'city', 'occupation', 'industry', 'points'] %}
        min_by({{ column }}, case when {{ column }} is not null then newness end) as {{ column }},
        {%- endfor %}
        min_by(level, case when level is not null then highness end) as level,
        -- A province belongs to its record's city, where the record has one.
        min_by(
            province, case when province is not null then newness + case when city is null then 1000000 else 0 end end
        ) as province,
        min_by(acquisition_channel, case when acquisition_channel is not null then oldness end) as acquisition_channel,
        min(registered_at) as registered_at,
        max(case when is_test then 1 else 0 end) = 1 as is_test
    from records
    group by as_of_date, one_id
)

select
    said.*,
    age_bands.age_band,
    places.city_tier
from said
left join {{ ref('age_bands') }} as age_bands
    on
        {{ whole_years('said.birth_date', 'said.as_of_date') }} >= age_bands.lower_bound
        and {{ whole_years('said.birth_date', 'said.as_of_date') }} < age_bands.upper_bound
left join {{ ref('places') }} as places on said.city = places.city
