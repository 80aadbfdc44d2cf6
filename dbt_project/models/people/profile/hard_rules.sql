-- One row per (as_of_date, one_id) of everybody known at a date that is published, learned from or looked back to:
-- what no score and no budget may weigh. A test account, one of our own staff, somebody known to be under 18 or
-- called a pupil while no record knows their age, and whoever refused to be profiled (or was never asked, where the
-- setting says consent) stand in no model and no personal list. Whom profiling alone keeps out may still be served: a
-- service that is owed, the general list, a place that is kept for them; a test account, staff and a minor may not.
{{ config(meta={'told_of': 'judged', 'is_kept': true}) }}

with people as (
    select distinct
        as_of_date,
        one_id
    from {{ ref('customer_records') }}
    where {{ among_dates('as_of_date', dates_of('judged')) }}
),

-- Of several birth dates the latest: where one record says child, a child it is.
records as (
    select
        states.as_of_date,
        states.one_id,
        max(states.birth_date) as birth_date,
        max(pupils.occupation is not null) as is_called_pupil
    from {{ states_at(ref('record_states'), 'all') }} as states
    left join {{ ref('child_occupations') }} as pupils on trim(states.occupation) = pupils.occupation
    group by states.as_of_date, states.one_id
),

tests as (
    select distinct
        as_of_date,
        one_id
    from {{ states_at(ref('record_owners'), 'all') }} as owners
    where is_test
),

staff as (
    select distinct
        as_of_date,
        one_id
    from {{ states_at(ref('refusal_states'), 'all') }} as refusals
    where kind = 'suppression' and reason = 'staff'
),

-- Who refused on any channel is not profiled on another: a score knows no channel.
profiling as (
    select
        as_of_date,
        one_id,
        min(case when granted then 1 else 0 end) = 1 as granted
    from {{ ref('last_consent_words') }}
    where purpose = 'profiling' and reading = 'as_known'
    group by as_of_date, one_id
),

judged as (
    select
        people.as_of_date,
        people.one_id,
        tests.one_id is not null as is_test,
        staff.one_id is not null as is_staff,
        -- 18 is the law's number and nobody's to calibrate.
        coalesce(
            {{ whole_years('records.birth_date', 'people.as_of_date') }} < 18, records.is_called_pupil, false
        ) as is_minor,
        coalesce(profiling.granted, {{ "false" if var('profiling') == 'consent' else "true" }}) as may_be_profiled,
        profiling.granted is null as was_never_asked
    from people
    left join records on people.as_of_date = records.as_of_date and people.one_id = records.one_id
    left join tests on people.as_of_date = tests.as_of_date and people.one_id = tests.one_id
    left join staff on people.as_of_date = staff.as_of_date and people.one_id = staff.one_id
    left join profiling on people.as_of_date = profiling.as_of_date and people.one_id = profiling.one_id
),

ruled as (
    select
        judged.*,
        case
            when judged.is_test then 'test'
            when judged.is_staff then 'staff'
            when judged.is_minor then 'minor'
            when not judged.may_be_profiled and judged.was_never_asked then 'profiling_never_asked'
            when not judged.may_be_profiled then 'profiling_refused'
        end as exclusion
    from judged
)

select
    ruled.as_of_date,
    ruled.one_id,
    ruled.is_test,
    ruled.is_staff,
    ruled.is_minor,
    ruled.may_be_profiled,
    ruled.exclusion,
    ruled.exclusion is null or of_profiling.exclusion is not null as may_be_served
from ruled
left join {{ ref('profiling_exclusions') }} as of_profiling on ruled.exclusion = of_profiling.exclusion
