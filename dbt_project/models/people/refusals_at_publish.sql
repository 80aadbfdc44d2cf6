-- One row per (one_id, message_channel) that nothing may be sent to, as it stands now and whatever the date: without
-- a channel, through none. It errs on the side of silence: a refusal counts for every person the identifier was linked
-- to when it was said or later, for the parts into which they fell since, for whomever such a part was merged into, and
-- for every id that is nobody's any more in the ancestry of these. What one part says after the split is that part's.
-- Whoever is marked as staff or as a test account gets nothing, whichever channel the mark names; they and whoever was
-- erased are nobody's customer (is_no_customer): nobody answers them either. A refusal that says itself until when it
-- holds does so to its end, as seen from the first date of the run: a refusal revoked between two dates of one run
-- still silences.
{%- set dates = dates_of('as_of') %}
with refused as (
    select distinct
        one_id,
        case when reason in ('staff', 'test') then cast(null as varchar) else message_channel end as message_channel,
        coalesce(reason in ('staff', 'test', 'erased'), false) as is_no_customer,
        said_date
    from {{ ref('refusal_links') }}
    where
        kind <> 'complaint'
        and to_date is null
        and (revoked_date is null{% if dates %} or revoked_date > cast('{{ dates | min }}' as date){% endif %})
        and (link_to_date is null or said_date <= link_to_date)
),

parts as (
    select
        splits.one_id,
        refused.message_channel,
        refused.is_no_customer
    from refused
    inner join {{ ref('redirects') }} as splits
        on
            refused.one_id = splits.one_id_old
            and splits.change = 'split'
            and refused.said_date <= {{ known_date('splits.changed_at') }}
),

silenced as (
    select
        one_id,
        message_channel,
        is_no_customer
    from refused
    union
    select
        one_id,
        message_channel,
        is_no_customer
    from parts
    union
    select
        ancestry.one_id,
        parts.message_channel,
        parts.is_no_customer
    from parts
    inner join {{ ref('ancestry') }} as ancestry on parts.one_id = ancestry.ancestor_one_id
),

everybody as (
    select
        one_id,
        message_channel,
        is_no_customer
    from silenced
    union
    select
        ancestry.ancestor_one_id as one_id,
        silenced.message_channel,
        silenced.is_no_customer
    from silenced
    inner join {{ ref('ancestry') }} as ancestry
        on silenced.one_id = ancestry.one_id
    left join {{ ref('one_ids') }} as living
        on ancestry.ancestor_one_id = living.one_id and living.known_to is null
    where living.one_id is null
)

select
    one_id,
    message_channel,
    max(is_no_customer) as is_no_customer
from everybody
group by one_id, message_channel
