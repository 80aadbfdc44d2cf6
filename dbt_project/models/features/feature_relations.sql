{{ config(materialized='table') }}
-- One row per (as_of_date, person_key) with a follow or a group: who serves them and where they sit.
with followed as (
    -- Subscribers of an official account count as followers here.
    {%- for relation in ['friendships', 'subscription_states'] %}
    select
        as_of_date,
        person_key,
        added_date,
        deleted_by_customer_date,
        deleted_by_staff_date
    from {{ states_at(ref(relation), 'feature') }} as {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

follows as (
    select
        as_of_date,
        person_key,
        {{ days_between('added_date', 'as_of_date') }} as days_ago,
        coalesce(deleted_by_customer_date <= as_of_date, false) as is_left,
        coalesce(deleted_by_staff_date <= as_of_date, false) as is_dropped,
        deleted_by_customer_date <= as_of_date
        and deleted_by_customer_date > {{ add_days('as_of_date', '-84') }} as is_left_84d
    from followed
),

follow_figures as (
    select
        as_of_date,
        person_key,
        sum(case when not is_left and not is_dropped then 1 end) as followed_staff,
        sum(case when days_ago < 28 then 1 end) as new_follows_28d,
        sum(case when is_left_84d then 1 end) as deleted_friend_84d
    from follows
    group by as_of_date, person_key
),

group_figures as (
    select
        as_of_date,
        person_key,
        sum(case when left_date <= as_of_date then 0 else 1 end) as groups_joined,
        sum(case when joined_date > {{ add_days('as_of_date', '-28') }} then 1 end) as new_groups_28d
    from {{ states_at(ref('membership_states'), 'feature') }} as memberships
    group by as_of_date, person_key
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
