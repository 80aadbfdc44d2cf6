{{ config(meta={'told_of': 'judged'}) }}
-- One row per (as_of_date, source, lead_id, rank): a step of cognition that a lead reached, and the day they first did
-- an act of it; the step none is where every lead begins. Who skips a step reached the later one all the same.
with reached as (
    select
        touches.as_of_date,
        touches.source,
        touches.lead_id,
        steps.rank,
        touches.step,
        min(touches.first_date) as first_date
    from {{ ref('lead_touches') }} as touches
    inner join {{ ref('lead_steps') }} as steps on touches.step = steps.step
    where {{ among_dates('touches.as_of_date', dates_of('judged')) }}
    group by touches.as_of_date, touches.source, touches.lead_id, steps.rank, touches.step
)

select
    leads.as_of_date,
    leads.source,
    leads.lead_id,
    steps.rank,
    steps.step,
    -- What they did before the CRM had them is done at its beginning: nobody could go after them before.
    greatest(coalesce(reached.first_date, leads.opened_date), leads.opened_date) as reached_date,
    row_number() over (
        partition by leads.as_of_date, leads.source, leads.lead_id order by steps.rank desc
    ) as place
from {{ ref('lead_histories') }} as leads
inner join {{ ref('lead_steps') }} as steps on true
left join reached
    on
        leads.as_of_date = reached.as_of_date
        and leads.source = reached.source
        and leads.lead_id = reached.lead_id
        and steps.rank = reached.rank
where
    (steps.rank = 0 or reached.rank is not null)
    and {{ among_dates('leads.as_of_date', dates_of('judged')) }}
