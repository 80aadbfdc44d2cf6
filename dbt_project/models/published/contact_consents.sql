-- One row per person, channel and purpose with consent in force. The newest word wins over all records of the person,
-- known at publish; where two words stand at the same moment, no is the answer. No row means no. While a refusal could
-- not be read, nobody's consent can be relied on.
select
    consents.as_of_date,
    consents.one_id,
    consents.message_channel,
    consents.purpose,
    consents.source,
    consents.changed_at
from {{ ref('consents_in_force') }} as consents
inner join {{ ref('sending_gate') }} as gate on gate.is_open
where {{ among_dates('consents.as_of_date', dates_of('as_of')) }} and consents.reading = 'at_publish'
