-- What the figures of kpi_daily are called, how they are counted and in which unit.
select
    figures.kpi,
    dates.as_of_date,
    words.zh as name_zh,
    words.en as name_en,
    figures.numerator as counts,
    cast(figures.denominator as varchar) as counted_over,
    figures.unit
from {{ run_dates('as_of') }} as dates
cross join {{ ref('kpis') }} as figures
left join {{ ref('words') }} as words
    on figures.kpi = words.code and words.kind = 'kpi'
