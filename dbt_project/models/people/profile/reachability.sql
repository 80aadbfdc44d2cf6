-- One row per (as_of_date, one_id, message_channel) through which the customer can be reached at all; whether they may
-- be is consented_channels' matter.
with rules as (
    select
        message_channel,
        rule,
        id_type
    from {{ ref('reach_rules') }}
),

identified as (
    select distinct
        as_of_date,
        one_id,
        id_type
    from {{ states_at(ref('identifier_owners')) }} as identifiers
    where
        id_type in (select rules.id_type from rules)
        and (valid_from_date is null or valid_from_date <= as_of_date)
        and (valid_to_date is null or valid_to_date > as_of_date)
),

by_identifier as (
    select
        identified.as_of_date,
        identified.one_id,
        rules.message_channel
    from identified
    inner join rules on identified.id_type = rules.id_type and rules.rule = 'identifier'
),

by_follow as (
    select distinct
        follows.as_of_date,
        follows.one_id,
        rules.message_channel
    from {{ ref('staff_follows') }} as follows
    inner join rules on rules.rule = 'follow'
    where follows.is_active
),

by_membership as (
    select distinct
        memberships.as_of_date,
        memberships.one_id,
        rules.message_channel
    from {{ states_at(ref('membership_states')) }} as memberships
    inner join rules on rules.rule = 'membership'
    where memberships.left_date is null or memberships.left_date > memberships.as_of_date
),

by_subscription as (
    select
        subscriptions.as_of_date,
        subscriptions.one_id,
        rules.message_channel
    from {{ ref('subscriptions') }} as subscriptions
    inner join rules on rules.rule = 'subscription'
    where subscriptions.is_subscribed
),

all_channels as (
    select * from by_identifier
    union all
    select * from by_follow
    union all
    select * from by_membership
    union all
    select * from by_subscription
)

select
    all_channels.as_of_date,
    all_channels.one_id,
    all_channels.message_channel
from all_channels
left join {{ ref('unreachable_channels') }} as dead
    on
        all_channels.as_of_date = dead.as_of_date
        and all_channels.one_id = dead.one_id
        and all_channels.message_channel = dead.message_channel
where dead.one_id is null and {{ among_dates('all_channels.as_of_date', dates_of('as_of')) }}
