-- One row per (as_of_date, source, group_id, touch_id) of talk in a chat group within group_window_days: which member
-- or member of staff spoke, whether it answered another's words, and who was answered. Nothing that was said, and only
-- of members who may be profiled: whoever refused or was never asked is not counted as silent, but not counted.
with talk as (
    select
        as_of_date,
        source,
        group_id,
        touch_id,
        parent_id,
        one_id,
        customer_id,
        staff_id,
        campaign_id,
        touched_date,
        {{ days_between('touched_date', 'as_of_date') }} as age_days
    from {{ states_at(ref('interaction_states')) }} as touches
    where touch = 'speak' and group_id is not null and touched_date <= as_of_date
),

heard as (
    select
        talk.as_of_date,
        talk.source,
        talk.group_id,
        talk.touch_id,
        talk.parent_id,
        members.one_id,
        case when talk.one_id is null and talk.customer_id is null then talk.staff_id end as staff_id,
        talk.campaign_id,
        talk.touched_date,
        talk.age_days
    from talk
    left join {{ ref('group_members') }} as members
        on
            talk.as_of_date = members.as_of_date
            and talk.source = members.source
            and talk.group_id = members.group_id
            and talk.one_id = members.one_id
            and members.may_be_profiled
    where
        talk.age_days < {{ segment_number('influence_days') }}
        and (
            members.one_id is not null
            or (talk.one_id is null and talk.customer_id is null and talk.staff_id is not null)
        )
)

select
    heard.as_of_date,
    heard.source,
    heard.group_id,
    heard.touch_id,
    heard.one_id,
    heard.staff_id,
    heard.campaign_id,
    heard.touched_date,
    heard.age_days,
    asked.one_id as answered_one_id
from heard
left join heard as asked
    on
        heard.as_of_date = asked.as_of_date
        and heard.source = asked.source
        and heard.group_id = asked.group_id
        and heard.parent_id = asked.touch_id
        and heard.one_id is not null
        and heard.one_id <> asked.one_id
