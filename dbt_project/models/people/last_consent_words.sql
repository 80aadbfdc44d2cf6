-- One row per (as_of_date, reading, one_id, message_channel, purpose) of the last word on a consent, granted or not:
-- over all records of a person, channel by channel; of two at the same moment, the refusal. So a refusal stands until
-- consent is given again on its own channel or for all. The reading as_known holds what was known at the date,
-- at_publish what is known now. A refusal is of every record that has its source and id in any case; a consent of the
-- one that it names. Source and time are those of the word, so that whoever is written to can be told what it rests
-- on. Profiling is told of the dates that are learned from as well.
with words as (
    select
        owners.as_of_date,
        owners.one_id,
        words.source,
        words.message_channel,
        words.purpose,
        words.granted,
        words.changed_at,
        words.from_date <= owners.as_of_date as is_known,
        words.to_date is null as is_newest
    from {{ states_at(ref('record_owners'), 'all') }} as owners
    inner join {{ ref('consent_words') }} as words
        on
            {{ same_name('owners.source', 'words.source') }}
            and {{ same_name('owners.customer_id', 'words.customer_id') }}
            and (not words.granted or (owners.source = words.source and owners.customer_id = words.customer_id))
    where
        (words.to_date is null or (words.from_date <= owners.as_of_date and words.to_date > owners.as_of_date))
        and (words.purpose = 'profiling' or {{ among_dates('owners.as_of_date', dates_of('as_of')) }})
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
        source,
        changed_at,
        row_number() over (
            partition by as_of_date, reading, one_id, message_channel, purpose
            order by changed_at desc, granted asc, source asc
        ) as row_rank
    from read_twice
)

select
    as_of_date,
    reading,
    one_id,
    message_channel,
    purpose,
    granted,
    source,
    changed_at
from ranked
where row_rank = 1
