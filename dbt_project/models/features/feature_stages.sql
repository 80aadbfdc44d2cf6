{{ config(materialized='table') }}
-- One row per (as_of_date, person_key): the purchase stage at a feature date, which defines the lapsed bands.
-- Until segments.purchase_stages covers feature dates (it has the state dates only), the same rule is applied here.
with brand_gap as (
    select
        as_of_date,
        percentile_disc(0.9) within group (order by own_gap_p90_days) as brand_gap_p90_days
    from {{ ref('feature_cadence') }}
    group by as_of_date
),

earlier_buyers as (
    select distinct
        known.as_of_date,
        records.person_key
    from {{ known_versions(ref('orders'), 'feature') }} as known
    inner join {{ ref('feature_records') }} as records
        on
            known.as_of_date = records.as_of_date
            and known.source = records.source
            and known.customer_id = records.customer_id
    where
        known.paid_at < known.ends_at - interval '365' day
        and (known.cancelled_at is null or known.cancelled_at >= known.ends_at)
        and coalesce(known.order_type, 'normal') not in ('test', 'gift', 'exchange')
),

cadence as (
    select
        people.as_of_date,
        people.one_id,
        people.person_key,
        people.registered_date,
        cadence.recency_days,
        cadence.order_days_365d,
        earlier_buyers.person_key is not null as bought_earlier,
        cast(
            cadence.own_gap_count * coalesce(cadence.own_gap_p90_days, 0) + 5 * coalesce(brand_gap.brand_gap_p90_days, 28)
            as decimal(18, 4)
        ) / (cadence.own_gap_count + 5) as cadence_days
    from {{ ref('feature_people') }} as people
    left join {{ ref('feature_cadence') }} as cadence
        on people.as_of_date = cadence.as_of_date and people.person_key = cadence.person_key
    left join brand_gap
        on people.as_of_date = brand_gap.as_of_date
    left join earlier_buyers
        on people.as_of_date = earlier_buyers.as_of_date and people.person_key = earlier_buyers.person_key
)

select
    as_of_date,
    one_id,
    person_key,
    case
        when recency_days is null and bought_earlier then 'lost'
        when recency_days is null and registered_date is not null then 'registered_no_order'
        when recency_days is null then 'visitor'
        when recency_days > 3 * cadence_days then 'lost'
        when recency_days > 1.5 * cadence_days then 'dormant'
        when recency_days > cadence_days then 'at_risk'
        when order_days_365d = 1 then 'first_buyer'
        when order_days_365d < 5 then 'repeat'
        else 'loyal'
    end as purchase_stage
from cadence
