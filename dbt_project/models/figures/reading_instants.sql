-- Each as-of date and the days before it that its version of kpi_daily covers, and a week more to look back to. A
-- figure of a day is read as it was known restate_days - 1 days later, or at the as-of date when that is earlier.
select
    as_of_date,
    cast(as_of_date as timestamp) + interval '16' hour as ends_at,
    cast(as_of_date as timestamp) + interval '{{ 16 + (var('cut_off_hour') | int) }}' hour as cut_off_at
from (
    select distinct {{ add_days('dates.as_of_date', '- back.days') }} as as_of_date
    from {{ run_dates('as_of') }} as dates
    cross join (
        {%- for days in range((var('kpi_days') | int) + kpi_look_back()) %}
        select {{ days }} as days
        {% if not loop.last %}union all{% endif %}
        {%- endfor %}
    ) as back
) as days
