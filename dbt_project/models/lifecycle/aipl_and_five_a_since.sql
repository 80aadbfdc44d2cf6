-- One row per (as_of_date, one_id, model): since when the customer has stood in the stage of AIPL and of 5A, and in
-- which before. Told from what is known at the date (stage_spans): a beginning moves with an act, a purchase or the end
-- of a window, and with nothing else. Who never did anything has stood in none since they were first known.
with persons as (
    select
        as_of_date,
        one_id,
        {{ business_date('founded_at') }} as known_on
    from {{ states_at(ref('person_states')) }} as states
),

days as (
    select
        as_of_date,
        one_id,
        model,
        from_date as day
    from {{ ref('stage_spans') }}
    union
    select
        as_of_date,
        one_id,
        model,
        to_date as day
    from {{ ref('stage_spans') }}
    where to_date <= as_of_date
),

held as (
    select
        days.as_of_date,
        days.one_id,
        days.model,
        days.day,
        max(case when spans.kind = 'purchase' then spans.rank end) as purchase_rank,
        max(case when spans.kind in ('touch', 'buyers_touch') then spans.rank end) as buyers_rank,
        max(case when spans.kind in ('touch', 'others_touch') then spans.rank end) as others_rank
    from days
    left join {{ ref('stage_spans') }} as spans
        on
            days.as_of_date = spans.as_of_date
            and days.one_id = spans.one_id
            and days.model = spans.model
            and days.day >= spans.from_date
            and days.day < spans.to_date
    group by days.as_of_date, days.one_id, days.model, days.day
),

ranked as (
    select
        as_of_date,
        one_id,
        model,
        day,
        -- Who has bought is never less than a buyer.
        coalesce(
            case when purchase_rank is null then others_rank else greatest(purchase_rank, buyers_rank) end, 0
        ) as rank
    from held
),

stepped as (
    select
        ranked.*,
        lag(ranked.rank, 1, 0)
            over (partition by ranked.as_of_date, ranked.one_id, ranked.model order by ranked.day)
            as rank_before
    from ranked
),

last_steps as (
    select
        as_of_date,
        one_id,
        model,
        max(day) as stage_since,
        max_by(rank_before, day) as rank_before
    from stepped
    where rank_before <> rank
    group by as_of_date, one_id, model
),

stages as (
    {%- for model in ['aipl', 'five_a'] %}
    select
        '{{ model }}' as model,
        rank,
        {{ model }}_stage as stage
    from {{ ref(model ~ '_windows') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

models as (
    select distinct model
    from stages
)

select
    persons.as_of_date,
    persons.one_id,
    models.model,
    coalesce(last_steps.stage_since, persons.known_on) as stage_since,
    -- Nobody stood in a stage before they were first known.
    case when persons.known_on < last_steps.stage_since then coalesce(stages.stage, 'none') end as previous_stage
from persons
cross join models
left join last_steps
    on
        persons.as_of_date = last_steps.as_of_date
        and persons.one_id = last_steps.one_id
        and models.model = last_steps.model
left join stages on models.model = stages.model and last_steps.rank_before = stages.rank
