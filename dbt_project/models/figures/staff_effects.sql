-- One row per (as_of_date, staff_id): what the lots of the days that kpi_daily covers say that writing to and calling
-- their friends earned, of each member of staff and, with an empty staff_id, of all. An episode is of whoever was the
-- person's friend for longest when it was planned, on both sides of the lot alike. Margin is the episode's rate, else
-- the brand's measured one, times what was paid until the episode's end; of who was sent something the cost is taken
-- off. The held back stand for the sent: each counts by the odds of having been sent. Without anybody on one of the
-- sides nothing is known, and without two on each no interval is.
with lots as (
    select
        episodes.as_of_date,
        episodes.episode_id,
        episodes.one_id,
        episodes.plan_date,
        episodes.is_sent,
        case
            when episodes.is_sent then cast(1 as decimal(18, 6))
            else cast((1 - episodes.held_back_probability) / episodes.held_back_probability as decimal(18, 6))
        end as weight,
        cast(
            coalesce(episodes.margin_rate, cast(margins.margin_rate as double)) * episodes.paid_fen as decimal(18, 4)
        ) as margin_fen,
        case
            when episodes.is_sent then coalesce(episodes.expected_cost_fen, costs.send_fen + costs.labour_fen)
            else 0
        end as cost_fen
    from {{ ref('lot_episodes') }} as episodes
    inner join {{ ref('send_costs') }} as costs
        on episodes.message_channel = costs.message_channel and costs.labour_fen > 0
    left join {{ ref('recall_margins') }} as margins on episodes.as_of_date = margins.as_of_date
    where episodes.plan_date > {{ add_days('episodes.as_of_date', '-' ~ var('kpi_days')) }}
),

friends as (
    select
        lots.as_of_date,
        lots.episode_id,
        friendships.staff_id,
        row_number() over (
            partition by lots.as_of_date, lots.episode_id order by friendships.added_date, friendships.staff_id
        ) as turn
    from lots
    inner join {{ states_at(ref('friendships')) }} as friendships
        on
            lots.as_of_date = friendships.as_of_date
            and lots.one_id = friendships.one_id
            and friendships.added_date <= lots.plan_date
            and (friendships.deleted_by_customer_date is null or friendships.deleted_by_customer_date > lots.plan_date)
            and (friendships.deleted_by_staff_date is null or friendships.deleted_by_staff_date > lots.plan_date)
),

cuts as (
    select
        lots.*,
        friends.staff_id
    from lots
    inner join friends
        on lots.as_of_date = friends.as_of_date and lots.episode_id = friends.episode_id and friends.turn = 1
    union all
    select
        lots.*,
        cast(null as varchar) as staff_id
    from lots
    inner join friends
        on lots.as_of_date = friends.as_of_date and lots.episode_id = friends.episode_id and friends.turn = 1
),

counted as (
    select
        as_of_date,
        staff_id,
        sum(case when is_sent then 1 else 0 end) as sent,
        sum(case when is_sent then 0 else 1 end) as held_back,
        cast(sum(case when is_sent then margin_fen end) as double) as sent_margin,
        cast(sum(case when not is_sent then weight * margin_fen end) as double) as held_margin,
        cast(sum(case when not is_sent then weight end) as double) as held_weight,
        count(*) = count(margin_fen) as is_priced,
        sum(cost_fen) as cost_fen
    from cuts
    group by as_of_date, staff_id
),

means as (
    select
        *,
        sent_margin / nullif(sent, 0) as sent_mean,
        held_margin / nullif(held_weight, 0) as held_mean
    from counted
),

-- Squares as decimals of each row: their sum does not depend on the order.
squares as (
    select
        cuts.as_of_date,
        cuts.staff_id,
        case
            when cuts.is_sent
                then cast(power(cast(cuts.margin_fen as double) - means.sent_mean, 2) as decimal(38, 6))
        end as sent_square,
        case
            when not cuts.is_sent
                then cast(power(cuts.weight * (cuts.margin_fen - means.held_mean), 2) as decimal(38, 6))
        end as held_square
    from cuts
    inner join means
        on cuts.as_of_date = means.as_of_date and coalesce(cuts.staff_id, '') = coalesce(means.staff_id, '')
),

spread as (
    select
        as_of_date,
        staff_id,
        cast(sum(sent_square) as double) as sent_squares,
        cast(sum(held_square) as double) as held_squares
    from squares
    group by as_of_date, staff_id
),

errors as (
    select
        means.as_of_date,
        means.staff_id,
        means.sent * sqrt(
            spread.sent_squares / ((means.sent - 1) * cast(means.sent as double))
            + spread.held_squares / (means.held_weight * means.held_weight) * means.held_back / (means.held_back - 1)
        ) as deviation
    from means
    inner join spread
        on means.as_of_date = spread.as_of_date and coalesce(means.staff_id, '') = coalesce(spread.staff_id, '')
    where means.sent > 1 and means.held_back > 1
),

estimated as (
    select
        means.*,
        case when means.is_priced then means.sent * (means.sent_mean - means.held_mean) - means.cost_fen end
            as profit,
        errors.deviation * {{ segment_number('staff_interval_thousandths') }} / 1000 as half_width
    from means
    left join errors
        on means.as_of_date = errors.as_of_date and coalesce(means.staff_id, '') = coalesce(errors.staff_id, '')
)

select
    as_of_date,
    staff_id,
    cast(sent as bigint) as sent,
    cast(held_back as bigint) as held_back,
    cast(round(case when is_priced then sent_mean end) as bigint) as sent_margin_fen,
    cast(round(case when is_priced then held_mean end) as bigint) as held_back_margin_fen,
    cast(cost_fen as bigint) as cost_fen,
    cast(round(profit) as bigint) as incremental_profit_fen,
    cast(round(profit - half_width) as bigint) as incremental_low_fen,
    cast(round(profit + half_width) as bigint) as incremental_high_fen
from estimated
