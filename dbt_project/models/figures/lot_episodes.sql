-- One row per (as_of_date, episode_id): a closed episode in which a lot decided between sending and holding back, with
-- the weight by which its side counts. Whoever a landed experiment held back carries the channel on which the
-- experiment sent, where it sent on one alone: a control names none. Each side counts by what its chance of being there
-- was, or whoever was likelier to be sent something would stand on one side more often than on the other.
with episodes as (
    select *
    from {{ ref('recall_episodes') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
),

sent_on as (
    select
        as_of_date,
        experiment_id,
        min(message_channel) as message_channel
    from episodes
    where is_sent and experiment_id is not null
    group by as_of_date, experiment_id
    having count(distinct message_channel) = 1 and count(*) = count(message_channel)
)

-- Weights are decimals: a sum of doubles is not the same on two threads.
select
    episodes.as_of_date,
    episodes.episode_id,
    episodes.one_id,
    episodes.plan_date,
    coalesce(episodes.message_channel, case when not episodes.is_sent then sent_on.message_channel end)
        as message_channel,
    episodes.is_sent,
    episodes.held_back_probability,
    cast(
        1 / abs(case when episodes.is_sent then 1 else 0 end - episodes.held_back_probability) as decimal(18, 6)
    ) as weight,
    episodes.ordered,
    episodes.paid_fen,
    episodes.margin_rate,
    episodes.expected_cost_fen
from episodes
left join sent_on
    on episodes.as_of_date = sent_on.as_of_date and episodes.experiment_id = sent_on.experiment_id
where
    episodes.is_closed
    and episodes.arm <> 'random'
    and episodes.held_back_probability > 0
    and episodes.held_back_probability < 1
