-- What an episode came to, once it is over: each window is read when it closes and says no more than was known by then.
-- Whom a hard rule keeps out by now (a test account, staff, a minor whom the shop's own experiment had drawn) is listed
-- nowhere, under the id of the plan or of today; in the sums of recall_outcomes they are, on both sides of the lot.
{%- set windows = {
    'episode': ('is_closed', 'paid_fen'),
    'h': ('is_closed_h', 'paid_fen_h'),
    '3h': ('is_closed_3h', 'paid_fen_3h'),
} %}
with kept_out as (
    select
        profile.as_of_date,
        profile.one_id
    from {{ ref('customer_profile') }} as profile
    left join {{ ref('profiling_exclusions') }} as of_profiling on profile.exclusion = of_profiling.exclusion
    where profile.exclusion is not null and of_profiling.exclusion is null
),

known as (
    select episodes.*
    from {{ ref('recall_episodes') }} as episodes
    inner join {{ run_dates('as_of') }} as dates
        on episodes.as_of_date = dates.as_of_date
    left join kept_out as today
        on episodes.as_of_date = today.as_of_date and episodes.one_id = today.one_id
    left join kept_out as planned
        on episodes.as_of_date = planned.as_of_date and episodes.planned_one_id = planned.one_id
    where today.one_id is null and planned.one_id is null
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
    succeeded,
    cast(read_paid_fen as bigint) as paid_fen,
    cast(redeemed_fen as bigint) as redeemed_fen,
    is_delivered,
    is_contaminated,
    merged_since
from readings
