-- One row per (as_of_date, one_id) of whoever refuses to be profiled, on any channel, as it stands at publish. A plan
-- is made from a profile of the cut-off: who refused since is in no personal list, and in no export of one.
select distinct
    as_of_date,
    one_id
from {{ ref('last_consent_words') }}
where
    {{ among_dates('as_of_date', dates_of('as_of')) }}
    and reading = 'at_publish'
    and purpose = 'profiling'
    and not granted
