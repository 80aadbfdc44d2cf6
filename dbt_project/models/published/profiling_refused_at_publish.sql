-- One row per (as_of_date, one_id) of whoever refuses to be profiled, on any channel, as it stands at publish. A plan
-- is made from a profile of the cut-off: who refused since is in no personal list, and in no export of one. A row of
-- consents that cannot be read and may refuse it does so for whom it names, until it is corrected.
select
    as_of_date,
    one_id
from {{ ref('last_consent_words') }}
where
    {{ among_dates('as_of_date', dates_of('as_of')) }}
    and reading = 'at_publish'
    and purpose = 'profiling'
    and not granted
union
select
    dates.as_of_date,
    records.one_id
from {{ source('channels', 'widest_refusals') }} as widest
inner join {{ ref('record_owners') }} as records
    on
        {{ same_name('widest.id_scope', 'records.source') }}
        and {{ same_name('widest.id_token', 'records.customer_id') }}
        and records.to_date is null
cross join {{ run_dates('as_of') }} as dates
where widest.refuses = 'profiling' and widest.id_type = 'customer_id' and widest.ended_at is null
