-- Every open question that is nobody's task: whom the service desk answers, and how it reaches them. A call is of whom
-- consent to be called for service, a number and no refusal are known as it stands now, as for every other call
-- (sending_facts). Who is told by a message that the question is known comes back to where they asked, and is answered
-- there; of the others the desk knows when they come by themselves. Nobody is bound to anybody by it, nothing is drawn
-- and nothing sold. Who may not be profiled has no tier, and their turn by how long they wait. Who is staff, a
-- test account or was erased, as it stands now, is nobody's customer: no row.
with questions as (
    select
        answers.as_of_date,
        answers.one_id,
        answers.signal_at,
        answers.play_id,
        answers.asked_in,
        answers.object_type,
        answers.asked_category,
        answers.told_date,
        answers.ordered_date,
        signals.message_channel as told_by
    from {{ source('recall', 'signal_answers') }} as answers
    inner join {{ ref('published_recall_signals') }} as signals
        on
            answers.as_of_date = signals.as_of_date
            and answers.one_id = signals.one_id
            and answers.signal = signals.signal
    where
        answers.signal = 'question_open'
        and coalesce(signals.answered_by, 'nobody') <> 'task'
        -- where others make the calls (staff_channels), a call answers it already
        and coalesce(signals.message_channel, '') <> 'call'
),

no_customers as (
    select distinct one_id
    from {{ ref('do_not_contact_at_publish') }}
    where is_no_customer
),

callable as (
    select
        consents.as_of_date,
        consents.one_id
    from {{ ref('contact_consents') }} as consents
    inner join {{ ref('message_addresses') }} as addresses
        on
            consents.as_of_date = addresses.as_of_date
            and consents.one_id = addresses.one_id
            and consents.message_channel = addresses.message_channel
            and addresses.staff_id = ''
    left join {{ ref('do_not_contact_at_publish') }} as refusals
        on consents.one_id = refusals.one_id and consents.message_channel = refusals.message_channel
    where consents.message_channel = 'call' and consents.purpose = 'service' and refusals.one_id is null
),

tiers as (
    select
        people.as_of_date,
        people.one_id,
        people.pyramid_tier,
        listed.lower_bound
    from {{ ref('recall_people') }} as people
    inner join {{ ref('pyramid_tiers') }} as listed on people.pyramid_tier = listed.pyramid_tier
    left join {{ ref('profiling_refused_at_publish') }} as unprofiled
        on people.as_of_date = unprofiled.as_of_date and people.one_id = unprofiled.one_id
    where not people.is_excluded and unprofiled.one_id is null
),

places as (
    select
        code,
        message_channel
    from {{ ref('question_words') }}
    where kind = 'asked_in'
),

reached as (
    select
        questions.*,
        tiers.pyramid_tier,
        tiers.lower_bound,
        places.message_channel as place_channel,
        case
            when callable.one_id is not null then 'call'
            when questions.told_by is not null or questions.told_date is not null then 'chat'
            else 'visit'
        end as reached_by
    from questions
    left join callable on questions.as_of_date = callable.as_of_date and questions.one_id = callable.one_id
    left join tiers on questions.as_of_date = tiers.as_of_date and questions.one_id = tiers.one_id
    left join places on questions.asked_in = places.code
    left join no_customers on questions.one_id = no_customers.one_id
    where no_customers.one_id is null
)

select
    concat(
        'd_',
        left(md5(concat(cast(reached.as_of_date as varchar), '|', reached.one_id, '|', reached.reached_by)), 24)
    ) as task_id,
    cast(reached.as_of_date as date) as as_of_date,
    reached.one_id,
    cast(
        row_number() over (
            partition by reached.as_of_date
            order by
                case reached.reached_by when 'call' then 1 when 'chat' then 2 else 3 end asc,
                coalesce(reached.lower_bound, -1) desc, reached.signal_at asc, reached.one_id asc
        ) as bigint
    ) as priority,
    reached.reached_by,
    case when reached.reached_by = 'call' then 'call' else coalesce(reached.place_channel, 'call') end
        as message_channel,
    reached.pyramid_tier,
    {{ instant('reached.signal_at') }} as asked_at,
    reached.asked_in,
    reached.object_type,
    reached.asked_category,
    cast({{ add_days(business_date('reached.signal_at'), 'cast(signals.within_days as integer)') }} as date)
        as last_date,
    cast(reached.ordered_date as date) as ordered_date,
    cast(reached.told_date as date) as told_date,
    reached.told_by,
    reached.play_id
from reached
inner join {{ ref('signals') }} as signals on reached.play_id = signals.play_id and signals.signal = 'question_open'
