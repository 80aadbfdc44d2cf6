{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='as_of_date') }}
-- One row per (as_of_date, reading, one_id, message_channel, purpose) with consent in force. Over all records of a
-- person the last word per channel counts; of two at the same moment, the refusal. No row means no. The reading
-- as_known holds what was known at the date, at_publish what is known now.
with words as (
    select
        owners.as_of_date,
        owners.one_id,
        words.message_channel,
        words.purpose,
        words.granted,
        words.changed_at,
        words.from_date <= owners.as_of_date as is_known,
        words.to_date is null as is_newest
    from {{ states_at(ref('record_owners')) }} as owners
    inner join {{ ref('consent_words') }} as words
        on owners.source = words.source and owners.customer_id = words.customer_id
    where words.to_date is null or (words.from_date <= owners.as_of_date and words.to_date > owners.as_of_date)
),

read_twice as (
    select
        *,
        'as_known' as reading
    from words
    where is_known
    union all
    select
        *,
        'at_publish' as reading
    from words
    where is_newest
),

ranked as (
    select
        as_of_date,
        reading,
        one_id,
        message_channel,
        purpose,
        granted,
        row_number() over (
            partition by as_of_date, reading, one_id, message_channel, purpose
            order by changed_at desc, granted asc
        ) as row_rank
    from read_twice
)

select
    as_of_date,
    reading,
    one_id,
    message_channel,
    purpose
from ranked
where row_rank = 1 and granted
