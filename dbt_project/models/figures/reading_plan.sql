-- Which day's figures a version holds, and as known when: a day is restated while it is young, then frozen.
select
    dates.as_of_date,
    days.as_of_date as kpi_date,
    {{ read_on('days.as_of_date', 'dates.as_of_date') }} as reading_date,
    days.as_of_date > {{ add_days('dates.as_of_date', '-' ~ var('kpi_days')) }} as is_published
from {{ run_dates('as_of') }} as dates
inner join {{ run_dates('kpi') }} as days
    on
        days.as_of_date <= dates.as_of_date
        and days.as_of_date > {{ add_days('dates.as_of_date', '-' ~ ((var('kpi_days') | int) + kpi_look_back())) }}
