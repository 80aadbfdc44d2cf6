-- One row per (as_of_date, one_id): activity by conversion, the cell, and what the customer is worth. Points are for
-- what people did besides buying; whoever bought within silent_order_days is nevertheless not silent: mid at least.
with scored as (
    select
        conversion.as_of_date,
        conversion.one_id,
        coalesce(activity.activity_points, 0) as activity_points,
        conversion.conversion_points,
        coalesce(rfm.recency_days < {{ segment_number('silent_order_days') }}, false) as has_bought_lately,
        influence.referral_buyer_count,
        influence.share_click_count
    from {{ ref('conversion_scores') }} as conversion
    left join {{ ref('activity_scores') }} as activity
        on conversion.as_of_date = activity.as_of_date and conversion.one_id = activity.one_id
    left join {{ ref('influence') }} as influence
        on conversion.as_of_date = influence.as_of_date and conversion.one_id = influence.one_id
    left join {{ ref('rfm') }} as rfm
        on conversion.as_of_date = rfm.as_of_date and conversion.one_id = rfm.one_id
    where {{ among_dates('conversion.as_of_date', dates_of('segment')) }}
),

banded as (
    select
        scored.*,
        case
            when scored.has_bought_lately and activity_bands.band = 'low' then 'mid' else activity_bands.band
        end as activity_band,
        conversion_bands.band as conversion_band
    from scored
    inner join {{ ref('point_bands') }} as activity_bands
        on
            activity_bands.system = 'activity'
            and scored.activity_points >= activity_bands.lower_bound
            and scored.activity_points < activity_bands.upper_bound
    inner join {{ ref('point_bands') }} as conversion_bands
        on
            conversion_bands.system = 'conversion'
            and scored.conversion_points >= conversion_bands.lower_bound
            and scored.conversion_points < conversion_bands.upper_bound
),

-- Who neither shared nor referred has no counts, which reach nothing.
valued as (
    select
        banded.*,
        banded.conversion_band = 'high' as is_gmv,
        banded.activity_band = 'high'
        and (
            banded.referral_buyer_count >= {{ segment_number('koc_referral_buyers') }}
            or banded.share_click_count >= {{ segment_number('koc_share_clicks') }}
        ) as is_koc
    from banded
)

select
    valued.as_of_date,
    valued.one_id,
    valued.activity_points,
    valued.conversion_points,
    valued.activity_band,
    valued.conversion_band,
    cells.matrix_cell,
    case
        when valued.is_gmv and valued.is_koc then 'both'
        when valued.is_gmv then 'gmv'
        when valued.is_koc then 'koc'
        else 'none'
    end as worth
from valued
inner join {{ ref('matrix_cells') }} as cells
    on valued.activity_band = cells.activity_band and valued.conversion_band = cells.conversion_band
