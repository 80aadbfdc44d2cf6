-- One row per (source, customer_id, purpose, message_channel, changed_at, granted, from_date): a word about consent,
-- for each channel that it speaks of, at the dates at which it was known and had been said. A word without a channel
-- is about every one.
with words as (
    select
        source,
        customer_id,
        message_channel,
        purpose,
        granted,
        changed_at,
        greatest(counts_from, {{ business_date('changed_at') }}) as from_date,
        counts_to as to_date
    from {{ ref('consents') }}
    union all
    select
        source,
        customer_id,
        cast(null as varchar) as message_channel,
        'profiling' as purpose,
        false as granted,
        landed_at as changed_at,
        from_date,
        to_date
    from {{ ref('profiling_refusals') }}
)

select
    words.source,
    words.customer_id,
    channels.message_channel,
    words.purpose,
    words.granted,
    words.changed_at,
    words.from_date,
    words.to_date
from words
inner join {{ ref('message_channels') }} as channels
    on words.message_channel is null or words.message_channel = channels.message_channel
where words.to_date is null or words.to_date > words.from_date
