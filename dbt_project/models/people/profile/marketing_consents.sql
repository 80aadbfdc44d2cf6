-- One row per (as_of_date, one_id, message_channel) with consent to marketing: per channel the last word counts, a word
-- about all channels included; of two at the same instant, the refusal. No row means no.
select
    as_of_date,
    one_id,
    message_channel
from {{ ref('consents_in_force') }}
where {{ among_dates('as_of_date', dates_of('as_of')) }} and reading = 'as_known' and purpose = 'marketing'
