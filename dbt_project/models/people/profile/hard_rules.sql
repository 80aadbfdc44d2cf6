-- One row per (as_of_date, one_id) of everybody known at a date that is published or learned from, or whose steps are
-- counted (the days before): what no score and no budget may weigh. A test account, one of our own staff, somebody
-- known to be under 18, and whoever refused to be profiled (or was never asked, where the setting says consent) stand
-- in no model and in no personal list.
with people as (
    select distinct
        as_of_date,
        one_id
    from {{ ref('customer_records') }}
    where {{ among_dates('as_of_date', dates_of('as_of') + dates_of('state') + dates_of('feature')) }}
),

-- Of several birth dates the latest: where one record says child, a child it is.
records as (
    select
        as_of_date,
        one_id,
        max(case when is_test then 1 else 0 end) = 1 as is_test,
        max(birth_date) as birth_date
    from {{ states_at(ref('record_states'), 'all') }} as states
    group by as_of_date, one_id
),

set_aside as (
    select
        as_of_date,
        one_id,
        max(case when reason = 'test' then 1 else 0 end) = 1 as is_test,
        max(case when reason = 'staff' then 1 else 0 end) = 1 as is_staff
    from {{ states_at(ref('refusal_states'), 'all') }} as refusals
    where kind = 'suppression' and reason in ('test', 'staff')
    group by as_of_date, one_id
),

-- The last word on profiling over all records of the person; of two at the same moment, the refusal.
profiling as (
    select
        owners.as_of_date,
        owners.one_id,
        words.granted,
        row_number() over (
            partition by owners.as_of_date, owners.one_id order by words.changed_at desc, words.granted asc
        ) as row_rank
    from {{ states_at(ref('record_owners'), 'all') }} as owners
    inner join {{ ref('consent_words') }} as words
        on
            owners.source = words.source
            and owners.customer_id = words.customer_id
            and words.from_date <= owners.as_of_date
            and (words.to_date is null or words.to_date > owners.as_of_date)
    where words.purpose = 'profiling'
),

judged as (
    select
        people.as_of_date,
        people.one_id,
        coalesce(records.is_test, false) or coalesce(set_aside.is_test, false) as is_test,
        coalesce(set_aside.is_staff, false) as is_staff,
        -- 18 is the law's number and nobody's to calibrate.
        coalesce({{ whole_years('records.birth_date', 'people.as_of_date') }} < 18, false) as is_minor,
        coalesce(profiling.granted, {{ "false" if var('profiling') == 'consent' else "true" }}) as may_be_profiled,
        profiling.granted is null as was_never_asked
    from people
    left join records on people.as_of_date = records.as_of_date and people.one_id = records.one_id
    left join set_aside on people.as_of_date = set_aside.as_of_date and people.one_id = set_aside.one_id
    left join profiling
        on people.as_of_date = profiling.as_of_date and people.one_id = profiling.one_id and profiling.row_rank = 1
)

select
    as_of_date,
    one_id,
    is_test,
    is_staff,
    is_minor,
    may_be_profiled,
    case
        when is_test then 'test'
        when is_staff then 'staff'
        when is_minor then 'minor'
        when not may_be_profiled and was_never_asked then 'profiling_never_asked'
        when not may_be_profiled then 'profiling_refused'
    end as exclusion
from judged
