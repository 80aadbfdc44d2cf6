-- One row per city as a customer record may write it: its tier. Listed cities with and without 市; of the others, by
-- what their name ends in.
{{ config(materialized='table') }}

with cities as (
    select distinct city
    from {{ ref('record_states') }}
    where city is not null
),

ranked as (
    select
        cities.city,
        coalesce(listed.city_tier, suffixes.city_tier) as city_tier,
        row_number() over (
            partition by cities.city
            order by case when listed.city is not null then 0 else 1 end, suffixes.priority, suffixes.suffix
        ) as tier_rank
    from cities
    left join {{ ref('city_tiers') }} as listed
        on cities.city = listed.city or cities.city = concat(listed.city, '市')
    left join {{ ref('city_tier_suffixes') }} as suffixes
        on cities.city like concat('%', suffixes.suffix)
)

select
    city,
    city_tier
from ranked
where tier_rank = 1 and city_tier is not null
