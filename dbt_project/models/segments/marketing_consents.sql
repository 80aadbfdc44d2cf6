-- One row per (as_of_date, one_id, message_channel) with consent to marketing: per channel the last word counts, a word
-- about all channels included; of two at the same instant, the refusal. No row means no.
with changes as (
    select
        known.as_of_date,
        customer_records.one_id,
        known.message_channel,
        known.granted,
        known.changed_at
    from {{ known_versions(ref('consents'), 'as_of') }} as known
    inner join {{ ref('customer_records') }} as customer_records
        on
            known.as_of_date = customer_records.as_of_date
            and known.source = customer_records.source
            and known.customer_id = customer_records.customer_id
    where known.purpose = 'marketing' and known.changed_at < known.ends_at
),

ranked as (
    select
        changes.as_of_date,
        changes.one_id,
        rules.message_channel,
        changes.granted,
        row_number() over (
            partition by changes.as_of_date, changes.one_id, rules.message_channel
            order by changes.changed_at desc, changes.granted asc
        ) as change_rank
    from changes
    inner join {{ ref('reach_rules') }} as rules
        on changes.message_channel is null or changes.message_channel = rules.message_channel
)

select
    as_of_date,
    one_id,
    message_channel
from ranked
where change_rank = 1 and granted
