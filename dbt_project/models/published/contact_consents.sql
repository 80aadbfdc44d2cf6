-- One row per person, channel and purpose with consent in force. The newest word wins over all records of the person,
-- known at publish; where two words stand at the same moment, no is the answer. No row means no.
select
    as_of_date,
    one_id,
    message_channel,
    purpose
from {{ ref('consents_in_force') }}
where {{ among_dates('as_of_date', dates_of('as_of')) }} and reading = 'at_publish'
