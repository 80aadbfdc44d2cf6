-- What an episode came to, once it is over: each window is read when it closes and says no more than was known by then.
{%- set windows = {
    'episode': ('is_closed', 'paid_fen'),
    'h': ('is_closed_h', 'paid_fen_h'),
    '3h': ('is_closed_3h', 'paid_fen_3h'),
} %}
with known as (
    select episodes.*
    from {{ ref('recall_episodes') }} as episodes
    inner join {{ run_dates('as_of') }} as dates
        on episodes.as_of_date = dates.as_of_date
),

readings as (
    {%- for window, (is_over, paid) in windows.items() %}
    select
        known.*,
        '{{ window }}' as read_window,
        {{ paid }} as read_paid_fen
    from known
    where {{ is_over }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    as_of_date,
    episode_id,
    read_window,
    source,
    coalesce(experiment_id, policy_id) as subject,
    plan_date,
    planned_one_id as one_id,
    arm,
    is_sent,
    round(cast(held_back_probability as double), 6) as held_back_probability,
    band,
    message_channel,
    depth,
    succeeded,
    cast(read_paid_fen as bigint) as paid_fen,
    cast(redeemed_fen as bigint) as redeemed_fen,
    is_delivered,
    is_contaminated,
    merged_since
from readings
