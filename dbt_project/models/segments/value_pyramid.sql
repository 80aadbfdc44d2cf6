-- One row per (as_of_date, one_id): value, activity and influence, each 0 to 100, weighed into one score and its tier.
with parts as (
    select
        rfm.as_of_date,
        rfm.one_id,
        coalesce(rfm.m_score, 0) * {{ segment_number('value_per_m_score') }} as value_score,
        least(
            100, {{ whole_quotient('100 * cells.activity_points', segment_number('full_activity_points')) }}
        ) as activity_score,
        coalesce(influence.influence_score, 0) as influence_score
    from {{ ref('rfm') }} as rfm
    inner join {{ ref('activity_conversion') }} as cells
        on rfm.as_of_date = cells.as_of_date and rfm.one_id = cells.one_id
    left join {{ ref('influence') }} as influence
        on rfm.as_of_date = influence.as_of_date and rfm.one_id = influence.one_id
    where {{ among_dates('rfm.as_of_date', dates_of('segment')) }}
),

weights as (
    select
        max(case when part = 'value' then weight_percent end) as value_percent,
        max(case when part = 'activity' then weight_percent end) as activity_percent,
        max(case when part = 'influence' then weight_percent end) as influence_percent
    from {{ ref('pyramid_weights') }}
),

scored as (
    select
        parts.*,
        {{ whole_quotient(
            'parts.value_score * weights.value_percent + parts.activity_score * weights.activity_percent'
            ~ ' + parts.influence_score * weights.influence_percent', '100'
        ) }} as pyramid_score
    from parts
    cross join weights
)

select
    scored.as_of_date,
    scored.one_id,
    scored.pyramid_score,
    tiers.pyramid_tier,
    cast(scored.influence_score as bigint) as influence_score
from scored
inner join {{ ref('pyramid_tiers') }} as tiers
    on scored.pyramid_score >= tiers.lower_bound and scored.pyramid_score < tiers.upper_bound
