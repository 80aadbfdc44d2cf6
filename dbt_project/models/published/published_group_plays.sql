-- One row per (as_of_date, play_id): a play for chat groups, what of it runs in this round, and what the round that
-- closed says, read by the lot that fell on whole groups: the mean share of members who ordered in it, those given
-- beside those held back. A play of which nothing landed is not read, and few groups say too few.
with running as (
    select
        as_of_date,
        play_id,
        min(round_to_date) as round_to_date,
        sum(case when arm = 'given' then 1 else 0 end) as given,
        sum(case when arm = 'held_back' then 1 else 0 end) as held_back,
        sum(case when arm = 'given' and play_given then 1 else 0 end) as landed
    from {{ ref('group_lots') }}
    where is_running and {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, play_id
),

closed as (
    select
        as_of_date,
        play_id,
        arm,
        play_given,
        {{ rounded_quotient('buyers * 10000', 'members') }} as buyer_share
    from {{ ref('group_lots') }}
    where not is_running and members > 0 and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

read as (
    select
        as_of_date,
        play_id,
        sum(case when arm = 'given' then 1 else 0 end) as read_given,
        sum(case when arm = 'held_back' then 1 else 0 end) as read_held_back,
        sum(case when arm = 'given' and play_given then 1 else 0 end) as read_landed,
        sum(case when arm = 'held_back' and play_given then 1 else 0 end) as contaminated,
        sum(case when arm = 'given' then buyer_share end) as given_total,
        sum(case when arm = 'given' then buyer_share * buyer_share end) as given_squares,
        sum(case when arm = 'held_back' then buyer_share end) as held_back_total,
        sum(case when arm = 'held_back' then buyer_share * buyer_share end) as held_back_squares
    from closed
    group by as_of_date, play_id
),

measured as (
    select
        running.as_of_date,
        running.play_id,
        running.round_to_date,
        running.given,
        running.held_back,
        running.landed,
        coalesce(read.read_given, 0) as read_given,
        coalesce(read.read_held_back, 0) as read_held_back,
        coalesce(read.read_landed, 0) as read_landed,
        coalesce(read.contaminated, 0) as contaminated,
        {{ ratio('read.given_total', 'read.read_given') }} as given_share,
        {{ ratio('read.held_back_total', 'read.read_held_back') }} as held_back_share,
        {{ deviation('read.read_given', 'read.given_total', 'read.given_squares') }} as given_deviation,
        {{ deviation('read.read_held_back', 'read.held_back_total', 'read.held_back_squares') }} as held_back_deviation
    from running
    left join read on running.as_of_date = read.as_of_date and running.play_id = read.play_id
),

judged as (
    select
        *,
        {{ segment_number('group_interval_thousandths') }} / 1000.0
        * sqrt(
            given_deviation * given_deviation / nullif(read_given, 0)
            + held_back_deviation * held_back_deviation / nullif(read_held_back, 0)
        ) as half_width
    from measured
)

select
    cast(judged.as_of_date as date) as as_of_date,
    judged.play_id,
    plays.kind,
    plays.act_zh,
    plays.act_en,
    judged.round_to_date,
    cast(judged.given as bigint) as groups_given,
    cast(judged.held_back as bigint) as groups_held_back,
    cast(judged.landed as bigint) as groups_landed,
    cast(judged.read_given as bigint) as closed_given,
    cast(judged.read_held_back as bigint) as closed_held_back,
    cast(judged.read_landed as bigint) as closed_landed,
    cast(judged.contaminated as bigint) as closed_contaminated,
    round(judged.given_share / 10000, 4) as buyer_share_given,
    round(judged.held_back_share / 10000, 4) as buyer_share_held_back,
    case
        when judged.read_landed = 0 then 'nothing_landed'
        when
            least(judged.read_given, judged.read_held_back) < {{ segment_number('group_play_fewest_groups') }}
            then 'too_few'
        when judged.given_share - judged.held_back_share > judged.half_width then 'more'
        when judged.held_back_share - judged.given_share > judged.half_width then 'less'
        else 'no_difference'
    end as verdict
from judged
inner join {{ ref('group_plays') }} as plays on judged.play_id = plays.play_id
