-- One row per (one_id, message_channel) that nothing may be sent to, as it stands now and whatever the date: without
-- a channel, through none. It errs on the side of silence: a refusal counts for every person the identifier was ever
-- linked to while it was valid, and for all ids in that person's ancestry.
with refused as (
    select distinct
        one_id,
        message_channel
    from {{ ref('refusal_links') }}
    where to_date is null and revoked_date is null
)

select
    one_id,
    message_channel
from refused
union
select
    ancestry.ancestor_one_id as one_id,
    refused.message_channel
from refused
inner join {{ ref('ancestry') }} as ancestry
    on refused.one_id = ancestry.one_id
