-- 转粉率 by channel and store, where the source code tells them: its prefix names the channel, and what follows a store's
-- prefix the store. People reached are counted once, however many codes of a store reached them. Friends of a code of
-- whose reach nothing is known stand beside no reach of other codes: a poster whose scans nobody counts would make two
-- friends of one person reached.
with days as (
    select distinct
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
    where is_published
),

won as (
    select
        friends.kpi_date,
        friends.reading_date,
        friends.code,
        friends.one_id
    from {{ ref('kpi_friends') }} as friends
    inner join days
        on friends.kpi_date = days.kpi_date and friends.reading_date = days.reading_date
    where friends.added_date = friends.kpi_date
),

reached as (
    select distinct
        days.kpi_date,
        days.reading_date,
        events.campaign_id as code,
        coalesce(events.customer_id, events.anonymous_id, events.device_id) as person
    from days
    inner join {{ ref('interaction_states') }} as events
        on
            days.kpi_date = events.touched_date
            and events.from_date <= days.reading_date
            and (events.to_date is null or events.to_date > days.reading_date)
    where events.campaign_id is not null and events.is_test is not true
),

won_and_reached as (
    select
        kpi_date,
        reading_date,
        code,
        one_id as friend,
        cast(null as varchar) as person
    from won
    union all
    select
        kpi_date,
        reading_date,
        code,
        null as friend,
        person
    from reached
),

known_stores as (
    select
        as_of_date as reading_date,
        store_id
    from {{ states_at(ref('store_states'), 'kpi') }} as stores
),

with_channel_and_store as (
    select
        won_and_reached.*,
        count(won_and_reached.person) over (
            partition by won_and_reached.kpi_date, won_and_reached.reading_date, won_and_reached.code
        ) > 0 as tells_reach,
        codes.channel,
        known_stores.store_id
    from won_and_reached
    inner join {{ ref('source_codes') }} as codes
        on left(won_and_reached.code, length(codes.code_prefix)) = codes.code_prefix
    left join known_stores
        on
            codes.tells_store
            and won_and_reached.reading_date = known_stores.reading_date
            and substr(won_and_reached.code, length(codes.code_prefix) + 1) = known_stores.store_id
),

cuts as (
    select
        *,
        'channel' as dimension,
        channel as value_key
    from with_channel_and_store
    union all
    select
        *,
        'store' as dimension,
        store_id as value_key
    from with_channel_and_store
    where store_id is not null
)

select
    kpi_date,
    reading_date,
    'fan_conversion_rate' as kpi,
    dimension,
    value_key,
    case
        when count(person) = 0 then count(distinct friend) else count(distinct case when tells_reach then friend end)
    end as numerator,
    nullif(count(distinct person), 0) as denominator
from cuts
group by kpi_date, reading_date, dimension, value_key
