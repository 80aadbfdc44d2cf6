-- One row per (as_of_date, reading, one_id, message_channel, purpose) of the last word on a consent, granted or not:
-- over all records of a person, channel by channel; of two at the same moment, the refusal. So a refusal stands until
-- consent is given again on its own channel or for all. The reading as_known holds what was known at the date,
-- at_publish what is known now. A refusal is of every record that has its source and id in any case; a consent of the
-- one that it names. Source and time are those of the word, so that whoever is written to can be told what it rests
-- on. What was known of profiling is told of the dates that are learned from as well; what is known now, of those that
-- are published.
with words as (
    select
        source,
        customer_id,
        message_channel,
        purpose,
        granted,
        changed_at,
        from_date,
        to_date,
        -- The later the larger; of two at the same moment the refusal, and of those the source that sorts first. So the
        -- last word of a person is a largest number, and nothing is sorted for every date.
        row_number() over (
            order by
                changed_at asc,
                granted desc,
                source desc,
                customer_id asc,
                message_channel asc,
                purpose asc,
                from_date asc
        ) as word_number,
        dense_rank() over (order by message_channel, purpose) as scope_number
    from {{ ref('consent_words') }}
),

held as (
    select
        owners.person_key,
        owners.from_date,
        owners.to_date,
        words.scope_number,
        words.word_number,
        words.purpose,
        words.from_date as said_from,
        words.to_date as said_to
    from {{ ref('record_owners') }} as owners
    inner join words
        on
            {{ same_name('owners.source', 'words.source') }}
            and {{ same_name('owners.customer_id', 'words.customer_id') }}
            and (not words.granted or (owners.source = words.source and owners.customer_id = words.customer_id))
),

last_words as (
    select
        as_of_date,
        person_key,
        scope_number,
        max(case when said_from <= as_of_date and (said_to is null or said_to > as_of_date) then word_number end)
            as known_number,
        max(case when said_to is null then word_number end) as newest_number
    from {{ states_at('held', 'all') }} as held_at
    where purpose = 'profiling' or {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date, person_key, scope_number
),

read_twice as (
    select
        as_of_date,
        'as_known' as reading,
        person_key,
        known_number as word_number
    from last_words
    where known_number is not null
    union all
    select
        as_of_date,
        'at_publish' as reading,
        person_key,
        newest_number as word_number
    from last_words
    where newest_number is not null and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

people as (
    select distinct
        person_key,
        one_id
    from {{ ref('record_owners') }}
)

select
    read_twice.as_of_date,
    read_twice.reading,
    people.one_id,
    words.message_channel,
    words.purpose,
    words.granted,
    words.source,
    words.changed_at
from read_twice
inner join people on read_twice.person_key = people.person_key
inner join words on read_twice.word_number = words.word_number
