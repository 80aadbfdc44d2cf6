-- One row per person who was to be sent something and is not, for the words: which rule they break.
select
    audience.one_id,
    cast(audience.as_of_date as date) as as_of_date,
    audience.policy_id,
    audience.message_channel,
    audience.template_id,
    audience.withheld_because
from {{ source('recall', 'audience') }} as audience
inner join {{ run_dates('as_of') }} as dates
    on audience.as_of_date = dates.as_of_date
inner join {{ ref('standing_plans') }} as standing
    on audience.as_of_date = standing.as_of_date and audience.one_id = standing.one_id
where audience.withheld_because is not null
