-- One row per (as_of_date, one_id, follower_one_id) within influence_days: who opened what somebody shared, came by
-- their recommendation, or answered their words in a chat group, and since when. Nobody follows themselves; test
-- accounts and staff follow nobody, and only who may be profiled is followed.
with recent as (
    select
        as_of_date,
        one_id,
        source,
        touch,
        touched_date,
        share_id,
        referred_customer_id
    from {{ ref('interactions') }}
    where
        {{ among_dates('as_of_date', dates_of('as_of')) }}
        and age_days < {{ segment_number('influence_days') }}
        and (share_id is not null or touch = 'refer')
),

followed as (
    select
        shares.as_of_date,
        shares.one_id,
        visits.one_id as follower_one_id,
        visits.touched_date,
        'clicked' as followed_by
    from recent as shares
    inner join recent as visits
        on shares.as_of_date = visits.as_of_date and shares.share_id = visits.share_id and visits.touch <> 'share'
    where shares.touch = 'share'
    union all
    select
        recent.as_of_date,
        recent.one_id,
        referred.one_id as follower_one_id,
        recent.touched_date,
        'referred' as followed_by
    from recent
    inner join {{ ref('customer_records') }} as referred
        on
            recent.as_of_date = referred.as_of_date
            and recent.source = referred.source
            and recent.referred_customer_id = referred.customer_id
    where recent.touch = 'refer'
    union all
    select
        as_of_date,
        answered_one_id as one_id,
        one_id as follower_one_id,
        touched_date,
        'answered' as followed_by
    from {{ ref('group_talk') }}
    where answered_one_id is not null and {{ among_dates('as_of_date', dates_of('as_of')) }}
)

select
    followed.as_of_date,
    followed.one_id,
    followed.follower_one_id,
    min(followed.touched_date) as followed_date,
    max(case when followed.followed_by = 'answered' then 1 else 0 end) = 1 as has_answered
from followed
inner join {{ ref('customer_profile') }} as leaders
    on
        followed.as_of_date = leaders.as_of_date
        and followed.one_id = leaders.one_id
        and leaders.exclusion is null
inner join {{ ref('customer_profile') }} as theirs
    on
        followed.as_of_date = theirs.as_of_date
        and followed.follower_one_id = theirs.one_id
        and not theirs.is_test
        and not theirs.is_staff
where followed.one_id <> followed.follower_one_id
group by followed.as_of_date, followed.one_id, followed.follower_one_id
