{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with a follow or a group: who serves them and where they sit.
with follows as (
    select
        known.as_of_date,
        records.person_key,
        {{ days_between(business_date('known.added_at'), 'known.as_of_date') }} as days_ago,
        coalesce(known.deleted_by_customer_at < known.ends_at, false) as is_left,
        coalesce(known.deleted_by_staff_at < known.ends_at, false) as is_dropped,
        known.deleted_by_customer_at < known.ends_at
        and known.deleted_by_customer_at >= known.ends_at - interval '84' day as is_left_84d
    from {{ known_versions(ref('follows'), 'feature') }} as known
    inner join {{ ref('feature_records') }} as records
        on
            known.as_of_date = records.as_of_date
            and known.source = records.source
            and known.customer_id = records.customer_id
    where known.added_at < known.ends_at
),

follow_figures as (
    select
        as_of_date,
        person_key,
        sum(case when not is_left and not is_dropped then 1 else 0 end) as followed_staff,
        sum(case when days_ago < 28 then 1 else 0 end) as new_follows_28d,
        sum(case when is_left_84d then 1 else 0 end) as deleted_friend_84d
    from follows
    group by as_of_date, person_key
),

group_figures as (
    select
        known.as_of_date,
        records.person_key,
        sum(case when known.left_at < known.ends_at then 0 else 1 end) as groups_joined,
        sum(case when known.joined_at >= known.ends_at - interval '28' day then 1 else 0 end) as new_groups_28d
    from {{ known_versions(ref('group_memberships'), 'feature') }} as known
    inner join {{ ref('feature_records') }} as records
        on
            known.as_of_date = records.as_of_date
            and known.source = records.source
            and known.customer_id = records.customer_id
    where known.joined_at < known.ends_at
    group by known.as_of_date, records.person_key
)

select
    coalesce(follow_figures.as_of_date, group_figures.as_of_date) as as_of_date,
    coalesce(follow_figures.person_key, group_figures.person_key) as person_key,
    coalesce(follow_figures.followed_staff, 0) as followed_staff,
    coalesce(follow_figures.new_follows_28d, 0) as new_follows_28d,
    coalesce(follow_figures.deleted_friend_84d, 0) as deleted_friend_84d,
    coalesce(group_figures.groups_joined, 0) as groups_joined,
    coalesce(group_figures.new_groups_28d, 0) as new_groups_28d
from follow_figures
full outer join group_figures
    on follow_figures.as_of_date = group_figures.as_of_date and follow_figures.person_key = group_figures.person_key
