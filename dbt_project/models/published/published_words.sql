-- One row per code that a person sees: the seed words, and what other seeds word themselves:
-- the reasons of an export, the rules of what may not be said.
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
    union all
    select
        'withheld_because' as kind,
        rule_id as code,
        words_zh as zh,
        words_en as en
    from {{ ref('forbidden_words') }}
    union all
    select
        'signal' as kind,
        signal as code,
        words_zh as zh,
        words_en as en
    from {{ ref('signals') }}
    union all
    select
        'attribution_model' as kind,
        model as code,
        words_zh as zh,
        words_en as en
    from {{ ref('attribution_models') }}
)

select
    worded.kind,
    worded.code,
    dates.as_of_date,
    worded.zh,
    worded.en
from {{ run_dates('as_of') }} as dates
cross join worded
