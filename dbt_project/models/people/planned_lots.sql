-- One row per (as_of_date, one_id) whose plan of that date opened an episode and whom the lot left alone: held back, or
-- drawn at random to get nothing. How likely that was is what they are weighed by, since each stands for all on whom
-- the lot was drawn. A date's plans are those of the version that was current last.
with placed as (
    select
        as_of_date,
        one_id,
        arm,
        message_channel,
        held_back_probability,
        option_probability,
        opens_episode,
        counts_from,
        row_number() over (partition by as_of_date, one_id order by moved_at desc, version desc) as place
    from {{ ref('plans') }}
)

select
    as_of_date,
    one_id,
    case when arm = 'held_back' then held_back_probability else option_probability end as left_alone_probability,
    counts_from as from_date
from placed
where place = 1 and opens_episode and (arm = 'held_back' or message_channel = 'nothing')
