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
        dates.as_of_date,
        identifiers.one_id,
        identifiers.id_type
    from {{ run_dates('as_of') }} as dates
    inner join {{ ref('identifiers') }} as identifiers
        on
            identifiers.known_from <= dates.cut_off_at
            and (identifiers.known_to is null or identifiers.known_to > dates.cut_off_at)
            and (identifiers.valid_from is null or identifiers.valid_from < dates.ends_at)
            and (identifiers.valid_to is null or identifiers.valid_to >= dates.ends_at)
    where identifiers.one_id is not null and identifiers.id_type in (select rules.id_type from rules)
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
        known.as_of_date,
        customer_records.one_id,
        rules.message_channel
    from {{ known_versions(ref('group_memberships'), 'as_of') }} as known
    inner join rules on rules.rule = 'membership'
    inner join {{ ref('customer_records') }} as customer_records
        on
            known.as_of_date = customer_records.as_of_date
            and known.source = customer_records.source
            and known.customer_id = customer_records.customer_id
    where known.joined_at < known.ends_at and (known.left_at is null or known.left_at >= known.ends_at)
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

together as (
    select * from by_identifier
    union all
    select * from by_follow
    union all
    select * from by_membership
    union all
    select * from by_subscription
)

select
    together.as_of_date,
    together.one_id,
    together.message_channel
from together
left join {{ ref('dead_numbers') }} as dead
    on
        together.as_of_date = dead.as_of_date
        and together.one_id = dead.one_id
        and together.message_channel = dead.message_channel
where dead.one_id is null and {{ among_dates('together.as_of_date', dates_of('as_of')) }}
