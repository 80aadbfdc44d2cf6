-- Marks as staff or as a test account that meet several people and so mark nobody, as they stood at a date: each is to
-- be said again with the source or the scope it means.
select
    dates.as_of_date,
    dates.as_of_date as kpi_date,
    'marks_of_several' as kpi,
    'all' as dimension,
    'all' as value_key,
    count(distinct concat_ws('|', several.reason, several.id_type, several.id_scope, several.id_token)) as numerator,
    cast(null as bigint) as denominator
from {{ run_dates('as_of') }} as dates
inner join {{ ref('refusal_words') }} as words
    on
        words.from_date <= dates.as_of_date
        and (words.to_date is null or words.to_date > dates.as_of_date)
        and (words.revoked_date is null or words.revoked_date > dates.as_of_date)
inner join {{ ref('mark_spans') }} as several
    on
        words.reason = several.reason
        and words.id_type = several.id_type
        and words.id_scope = several.id_scope
        and words.id_token = several.id_token
        and several.meets_several
        and several.from_date <= dates.as_of_date
        and (several.to_date is null or several.to_date > dates.as_of_date)
group by dates.as_of_date
