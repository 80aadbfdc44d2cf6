-- One row per (as_of_date, model, from_stage, to_stage): how many customers known on both days stood in which layer
-- transition_days before and stand in which now: the value pyramid, the activity by conversion matrix, the RFM
-- segment and the members' level. Layers move slowly, so four weeks are held against each other and not two days. A
-- step up the ranks is a leap, one down a fall: tiers and levels by their bounds, a cell of the matrix by its two
-- bands together, an RFM segment by how many of the three are high. Of equal rank is neither. Not counted: whose
-- records were merged or split in between, whom a hard rule keeps out on either day.
with bands as (
    select
        system,
        band,
        row_number() over (partition by system order by lower_bound) as place
    from {{ ref('point_bands') }}
),

ranks as (
    select
        'pyramid' as model,
        pyramid_tier as stage,
        row_number() over (order by lower_bound) as rank
    from {{ ref('pyramid_tiers') }}
    union all
    select
        'matrix' as model,
        cells.matrix_cell as stage,
        activity.place + conversion.place as rank
    from {{ ref('matrix_cells') }} as cells
    inner join bands as activity on activity.system = 'activity' and cells.activity_band = activity.band
    inner join bands as conversion on conversion.system = 'conversion' and cells.conversion_band = conversion.band
    union all
    select
        'rfm' as model,
        rfm_segment as stage,
        {%- for column in ['has_orders', 'is_recent', 'is_frequent', 'is_valuable'] %}
        case when {{ column }} then 1 else 0 end{{ ' +' if not loop.last }}
        {%- endfor %} as rank
    from {{ ref('rfm_segments') }}
    union all
    select
        'level' as model,
        value_journey_stage as stage,
        max(rank) as rank
    from {{ ref('member_levels') }}
    group by value_journey_stage
),

told as (
    select
        as_of_date,
        as_of_date as told_on
    from {{ run_dates('as_of') }} as dates
    union all
    select
        as_of_date,
        {{ add_days('as_of_date', '-cast(' ~ segment_number('transition_days') ~ ' as integer)') }} as told_on
    from {{ run_dates('as_of') }} as dates
),

layers as (
    {%- for model, column in [
        ('pyramid', 'pyramid_tier'), ('matrix', 'matrix_cell'), ('rfm', 'rfm_segment')
    ] %}
    select
        as_of_date as told_on,
        one_id,
        '{{ model }}' as model,
        {{ column }} as stage
    from {{ ref('customer_segments') }}
    where not is_excluded and {{ among_dates('as_of_date', dates_of('segment')) }}
    union all
    {%- endfor %}
    select
        attributes.as_of_date as told_on,
        attributes.one_id,
        'level' as model,
        levels.value_journey_stage as stage
    from {{ ref('attributes') }} as attributes
    inner join {{ ref('member_levels') }} as levels on attributes.level = levels.level
    inner join {{ ref('customer_segments') }} as segments
        on attributes.as_of_date = segments.as_of_date and attributes.one_id = segments.one_id
    where not segments.is_excluded and {{ among_dates('attributes.as_of_date', dates_of('segment')) }}
),

standing as (
    select
        told.as_of_date,
        layers.model,
        layers.one_id,
        max(case when told.told_on < told.as_of_date then layers.stage end) as from_stage,
        max(case when told.told_on = told.as_of_date then layers.stage end) as to_stage
    from told
    inner join layers on told.told_on = layers.told_on
    group by told.as_of_date, layers.model, layers.one_id
),

regrouped as (
    select distinct
        dates.as_of_date,
        moves.one_id
    from {{ run_dates('as_of') }} as dates
    inner join {{ ref('identity_moves') }} as moves
        on
            moves.moved_date <= dates.as_of_date
            and moves.moved_date
            > {{ add_days('dates.as_of_date', '-cast(' ~ segment_number('transition_days') ~ ' as integer)') }}
),

counted as (
    select
        standing.as_of_date,
        standing.model,
        standing.from_stage,
        standing.to_stage,
        count(*) as customer_count
    from standing
    left join regrouped
        on standing.as_of_date = regrouped.as_of_date and standing.one_id = regrouped.one_id
    where standing.from_stage is not null and standing.to_stage is not null and regrouped.one_id is null
    group by standing.as_of_date, standing.model, standing.from_stage, standing.to_stage
)

select
    counted.as_of_date,
    counted.model,
    counted.from_stage,
    counted.to_stage,
    counted.customer_count,
    round(
        cast(counted.customer_count as double)
        / cast(
            sum(counted.customer_count)
                over (partition by counted.as_of_date, counted.model, counted.from_stage)
            as double
        ), 6
    ) as rate,
    cast(to_ranks.rank - from_ranks.rank as bigint) as leap_size
from counted
inner join ranks as from_ranks
    on counted.model = from_ranks.model and counted.from_stage = from_ranks.stage
inner join ranks as to_ranks
    on counted.model = to_ranks.model and counted.to_stage = to_ranks.stage
