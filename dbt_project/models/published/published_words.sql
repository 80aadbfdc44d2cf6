-- One row per code that a person sees: the seed words, and the reasons that export_reasons words itself.
with worded as (
    select
        kind,
        code,
        zh,
        en
    from {{ ref('words') }}
    union all
    select
        'reason' as kind,
        reason as code,
        words_zh as zh,
        words_en as en
    from {{ ref('export_reasons') }}
)

select
    worded.kind,
    worded.code,
    dates.as_of_date,
    worded.zh,
    worded.en
from {{ run_dates('as_of') }} as dates
cross join worded
