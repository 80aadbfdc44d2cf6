-- One row per (as_of_date, one_id) whose episode is open: nobody plans them again until it has ended, but for the
-- further steps of a ladder on its sent side. Of several (two people became one) it is the one that ends last.
with placed as (
    select
        episodes.as_of_date,
        episodes.one_id,
        episodes.episode_id,
        episodes.audience_kind,
        episodes.going_on_as,
        episodes.last_step,
        row_number() over (
            partition by episodes.as_of_date, episodes.one_id order by episodes.ends_on desc, episodes.episode_id asc
        ) as place
    from {{ ref('recall_episodes') }} as episodes
    where
        not episodes.is_closed
        and episodes.experiment_id is null
        and {{ among_dates('episodes.as_of_date', dates_of('as_of')) }}
)

select
    as_of_date,
    one_id,
    episode_id,
    audience_kind,
    going_on_as,
    last_step
from placed
where place = 1
