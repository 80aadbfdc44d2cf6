-- One row per (as_of_date, one_id): what the customer's records say of them. Of several records the newest that says
-- anything, but the highest of their levels: a shop's ordinary member of today is still the brand's gold card.
with records as (
    select
        records.as_of_date,
        records.one_id,
        records.gender,
        records.birth_date,
        records.province,
        records.city,
        records.occupation,
        records.industry,
        case when records.registered_date <= records.as_of_date then records.registered_at end as registered_at,
        records.acquisition_channel,
        records.level,
        records.points,
        row_number() over (
            partition by records.as_of_date, records.one_id
            order by records.stated_at desc, records.source asc, records.customer_id asc
        ) as recency_rank,
        row_number() over (
            partition by records.as_of_date, records.one_id
            order by
                coalesce(levels.rank, 0) desc,
                records.stated_at desc, records.source asc, records.customer_id asc
        ) as level_rank,
        row_number() over (
            partition by records.as_of_date, records.one_id
            order by records.began_at, records.source, records.customer_id
        ) as age_rank
    from {{ states_at(ref('record_states'), 'segment') }} as records
    left join {{ ref('member_levels') }} as levels on records.level = levels.level
),

said as (
    select
        as_of_date,
        one_id,
        {%- for column in ['gender', 'city', 'occupation', 'industry', 'points'] %}
        min_by({{ column }}, case when {{ column }} is not null then recency_rank end) as {{ column }},
        {%- endfor %}
        -- As for the hard rules: where one record says child, a child it is.
        max(birth_date) as birth_date,
        min_by(level, case when level is not null then level_rank end) as level,
        -- A province belongs to its record's city, where the record has one.
        min_by(
            province,
            case when province is not null then recency_rank + case when city is null then 1000000 else 0 end end
        ) as province,
        min_by(acquisition_channel, case when acquisition_channel is not null then age_rank end) as acquisition_channel,
        min(registered_at) as registered_at
    from records
    group by as_of_date, one_id
)

select
    said.*,
    age_bands.age_band,
    tiers.city_tier
from said
left join {{ ref('age_bands') }} as age_bands
    on
        {{ whole_years('said.birth_date', 'said.as_of_date') }} >= age_bands.lower_bound
        and {{ whole_years('said.birth_date', 'said.as_of_date') }} < age_bands.upper_bound
left join {{ ref('city_tiers_as_written') }} as tiers on said.city = tiers.city
