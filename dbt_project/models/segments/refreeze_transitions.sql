-- One row per (as_of_date, model, from_stage, to_stage) of the first day of a quarter: how many stand where by the cuts
-- of the eve and where by the new ones, on the facts of one and the same day. No leap, no fall, and no step of theirs:
-- their own steps of the day stand in stage_transitions, by the cuts of the eve. Whom a hard rule keeps out has no RFM
-- segment; a test account counts in no figure.
{{ config(meta={'told_of': 'stepped', 'is_kept': true}) }}

with judged as (
    select
        refreezes.*,
        hard_rules.is_test,
        hard_rules.exclusion
    from {{ ref('refreezes') }} as refreezes
    inner join {{ ref('hard_rules') }} as hard_rules
        on refreezes.as_of_date = hard_rules.as_of_date and refreezes.one_id = hard_rules.one_id
    where {{ among_dates('refreezes.as_of_date', dates_of('stepped')) }}
),

moves as (
    select
        as_of_date,
        'purchase_refreeze' as model,
        purchase_stage_before as from_stage,
        purchase_stage as to_stage
    from judged
    where not is_test
    union all
    select
        as_of_date,
        'rfm_refreeze' as model,
        rfm_segment_before as from_stage,
        rfm_segment as to_stage
    from judged
    where exclusion is null
)

select
    as_of_date,
    model,
    from_stage,
    to_stage,
    count(*) as customer_count,
    round(
        cast(count(*) as double) / cast(sum(count(*)) over (partition by as_of_date, model, from_stage) as double), 6
    ) as rate
from moves
group by as_of_date, model, from_stage, to_stage
