-- One row per person, channel and purpose with consent in force. The newest word wins over all records of the person,
-- known at publish; where two words stand at the same moment, no is the answer. No row means no.
with words as (
    select
        records.as_of_date,
        records.one_id,
        channels.message_channel,
        consents.purpose,
        consents.granted,
        row_number() over (
            partition by records.as_of_date, records.one_id, channels.message_channel, consents.purpose
            order by
                consents.changed_at desc,
                consents.granted asc,
                consents.source asc,
                consents.customer_id asc
        ) as newest
    from {{ ref('consents') }} as consents
    inner join {{ ref('customer_records') }} as records
        on consents.source = records.source and consents.customer_id = records.customer_id
    inner join {{ run_dates('as_of') }} as dates
        on records.as_of_date = dates.as_of_date
    inner join {{ ref('message_channels') }} as channels
        on consents.message_channel is null or consents.message_channel = channels.message_channel
    where consents.superseded_at is null
)

select
    as_of_date,
    one_id,
    message_channel,
    purpose
from words
where newest = 1 and granted
