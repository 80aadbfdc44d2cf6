-- One row per (as_of_date, one_id, from_date) whom a lot of that date left alone: a plan that opened an episode and was
-- held back or drawn at random to get nothing, or the control of a landed experiment of the day after. How likely that
-- was is what they are weighed by, since each stands for all on whom the lot was drawn. A date's plans are those of the
-- version that was current last, as known at the dates from from_date until before to_date.
with moves as (
    select distinct
        version,
        as_of_date,
        moved_at,
        counts_from
    from {{ ref('plans') }}
),

versions as (
    select
        version,
        as_of_date,
        counts_from as from_date,
        lead(counts_from) over (partition by as_of_date order by moved_at asc, version asc) as to_date
    from moves
)

select
    plans.as_of_date,
    plans.one_id,
    case when plans.arm = 'held_back' then plans.held_back_probability else plans.option_probability end
        as left_alone_probability,
    versions.from_date,
    versions.to_date
from versions
inner join {{ ref('plans') }} as plans
    on versions.version = plans.version and versions.as_of_date = plans.as_of_date
where
    plans.opens_episode
    and (plans.arm = 'held_back' or plans.message_channel = 'nothing')
    and (versions.to_date is null or versions.to_date > versions.from_date)
union all
select
    {{ add_days('landed.assigned_date', -1) }} as as_of_date,
    landed.one_id,
    landed.probability as left_alone_probability,
    landed.from_date,
    landed.to_date
from {{ ref('landed_assignments') }} as landed
where landed.is_control and landed.set_aside_for is null
