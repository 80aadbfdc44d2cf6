-- One row per person who could have been sent something and is not, for the words: of the options that fell away for
-- them the first, and which rule its words break. Words are judged before any lot is drawn (recall.refused_options).
with withheld as (
    select
        options.as_of_date,
        options.one_id,
        options.policy_id,
        options.message_channel,
        options.template_id,
        options.withheld_because,
        row_number() over (
            partition by options.as_of_date, options.one_id order by options.message_channel, options.offer_id
        ) as place
    from {{ source('recall', 'refused_options') }} as options
    inner join {{ run_dates('as_of') }} as dates
        on options.as_of_date = dates.as_of_date
    where options.refused_because = 'withheld_words'
)

select
    withheld.one_id,
    cast(withheld.as_of_date as date) as as_of_date,
    withheld.policy_id,
    withheld.message_channel,
    withheld.template_id,
    withheld.withheld_because
from withheld
left join {{ source('recall', 'audience') }} as audience
    on withheld.as_of_date = audience.as_of_date and withheld.one_id = audience.one_id
where withheld.place = 1 and audience.one_id is null
