-- One row per (as_of_date, one_id, message_channel, staff_id): the number, address or platform id that a message to
-- this person goes to; staff_id is the friend who would send it, empty where no friend is needed. Of several the one
-- joined most firmly, then the one held since the latest moment, then the one that sorts first: one message, one
-- address. A subscriber of the official account is addressed by the id of that account, and a friend by the id that the
-- friend knows.
with held as (
    select
        as_of_date,
        one_id,
        id_type,
        id_scope,
        id_token,
        link_strength,
        valid_from
    from {{ states_at(ref('identifier_owners')) }} as identifiers
    where
        (valid_from_date is null or valid_from_date <= as_of_date)
        and (valid_to_date is null or valid_to_date > as_of_date)
),

-- An openid belongs to one app: that of an official account is no address in a mini-program. Where nobody said which
-- app it is of, the openids of known subscribers are the account's.
account_apps as (
    select coalesce(nullif(on_records.id_scope, ''), on_records.id_token) as app
    from {{ ref('subscribed_accounts') }} as accounts
    inner join {{ ref('record_ids') }} as on_records
        on
            accounts.source = on_records.source
            and accounts.customer_id = on_records.customer_id
            and on_records.id_type = 'wx_openid'
),

named as (
    select
        accounts.as_of_date,
        accounts.one_id,
        'subscription' as rule,
        '' as staff_id,
        on_records.id_type,
        on_records.id_scope,
        on_records.id_token
    from {{ ref('subscribed_accounts') }} as accounts
    inner join {{ ref('record_ids') }} as on_records
        on
            accounts.source = on_records.source
            and accounts.customer_id = on_records.customer_id
            and on_records.id_type = 'wx_openid'
    where accounts.is_subscribed
    union
    select
        friendships.as_of_date,
        friendships.one_id,
        'follow' as rule,
        friendships.staff_id,
        on_records.id_type,
        on_records.id_scope,
        on_records.id_token
    from {{ states_at(ref('friendships')) }} as friendships
    inner join {{ ref('record_ids') }} as on_records
        on
            friendships.source = on_records.source
            and friendships.customer_id = on_records.customer_id
            and on_records.id_type = 'wecom_external_userid'
    where
        (friendships.deleted_by_customer_date is null or friendships.deleted_by_customer_date > friendships.as_of_date)
        and (friendships.deleted_by_staff_date is null or friendships.deleted_by_staff_date > friendships.as_of_date)
    union
    select
        held.as_of_date,
        held.one_id,
        'identifier' as rule,
        '' as staff_id,
        held.id_type,
        held.id_scope,
        held.id_token
    from held
    left join account_apps on coalesce(nullif(held.id_scope, ''), held.id_token) = account_apps.app
    where account_apps.app is null
),

ranked as (
    select
        named.*,
        rules.message_channel,
        row_number() over (
            partition by named.as_of_date, named.one_id, rules.message_channel, named.staff_id
            order by held.link_strength desc, held.valid_from desc nulls last, named.id_scope asc, named.id_token asc
        ) as row_rank
    from named
    inner join held
        on
            named.as_of_date = held.as_of_date
            and named.one_id = held.one_id
            and named.id_type = held.id_type
            and named.id_scope = held.id_scope
            and named.id_token = held.id_token
    inner join {{ ref('reach_rules') }} as rules
        on named.rule = rules.rule and (rules.id_type is null or named.id_type = rules.id_type)
)

select
    as_of_date,
    one_id,
    message_channel,
    staff_id,
    id_type,
    id_scope,
    id_token
from ranked
where row_rank = 1
