{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='as_of_date') }}
-- One row per (as_of_date, reading, one_id, message_channel, purpose) with consent in force: the last word on it
-- granted it, with the source and time of that word. No row means no.
select
    as_of_date,
    reading,
    one_id,
    message_channel,
    purpose,
    source,
    changed_at
from {{ ref('last_consent_words') }}
where granted and {{ among_dates('as_of_date', dates_of('as_of')) }}
