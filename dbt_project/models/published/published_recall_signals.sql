-- Every signal that nobody had answered: what answers it the next morning, or why nothing does. A plan that does not
-- pass the last check answers nothing.
select
    answers.one_id,
    cast(answers.as_of_date as date) as as_of_date,
    answers.signal,
    {{ instant('answers.signal_at') }} as signal_at,
    answers.kind,
    answers.play_id,
    case when audience.one_id is not null then answers.answered_by end as answered_by,
    audience.message_channel,
    case
        when audience.one_id is not null then null
        when answers.answered_by is not null then 'refused_at_publish'
        -- what it yielded to did not pass the last check
        when answers.reason in ('another_signal_first', 'another_play_first') and anything.one_id is null
            then 'refused_at_publish'
        else answers.reason
    end as reason
from {{ source('recall', 'signal_answers') }} as answers
inner join {{ run_dates('as_of') }} as dates
    on answers.as_of_date = dates.as_of_date
inner join {{ ref('sending_gate') }} as gate on gate.is_open
left join {{ ref('published_recall_audience') }} as audience
    on
        answers.as_of_date = audience.as_of_date
        and answers.one_id = audience.one_id
        and answers.message_channel = audience.message_channel
        and answers.play_id = audience.play_id
        and answers.answered_by is not null
left join {{ ref('published_recall_audience') }} as anything
    on answers.as_of_date = anything.as_of_date and answers.one_id = anything.one_id
