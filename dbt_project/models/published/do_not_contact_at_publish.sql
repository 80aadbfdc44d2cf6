-- One row per person and channel that nothing may be sent through. It is read at publish as it stands then: a refusal
-- that arrived after the cut-off, or during the run, is honoured, for everybody it may be of. An unsubscribing from a
-- message silences its channel as a suppression would, also where the platform sent us no list,
-- and so does what staff were told. Who is nobody's customer (is_no_customer) is not even answered.
with refusals as (
    select
        one_id,
        message_channel,
        is_no_customer
    from {{ ref('refusals_at_publish') }}
    union
    select
        one_id,
        message_channel,
        false as is_no_customer
    from {{ ref('task_refusals') }}
)

select
    refusals.one_id,
    channels.message_channel,
    max(refusals.is_no_customer) as is_no_customer
from refusals
inner join {{ ref('message_channels') }} as channels
    on refusals.message_channel is null or refusals.message_channel = channels.message_channel
group by refusals.one_id, channels.message_channel
