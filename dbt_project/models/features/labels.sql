{{ config(meta={'told_of': 'label', 'is_kept': true}) }}
-- One row per (as_of_date, one_id, horizon_days): what each person known at a cut-off did in the days after it. Labels
-- only, never a parent of a feature. The deed of a record goes to the person it belonged to at the cut-off; of a record
-- nobody knew then, to the person it was linked to when the window closed, if that person existed at the cut-off.
{%- set last_date = add_days('windows.as_of_date', var('horizon_days')) %}
with deeds as (
    select
        deeds.as_of_date,
        coalesce(records.one_id, later_records.one_id) as one_id,
        sum(deeds.order_count) as order_count,
        sum(deeds.net_paid_fen) as net_paid_fen,
        sum(deeds.contact_count) as contact_count
    from {{ ref('label_events') }} as deeds
    left join {{ ref('customer_records') }} as records
        on
            deeds.as_of_date = records.as_of_date
            and deeds.source = records.source
            and deeds.customer_id = records.customer_id
    left join {{ ref('record_owners') }} as later_records
        on
            deeds.source = later_records.source
            and deeds.customer_id = later_records.customer_id
            and later_records.from_date <= deeds.last_date
            and (later_records.to_date is null or later_records.to_date > deeds.last_date)
    group by deeds.as_of_date, coalesce(records.one_id, later_records.one_id)
),

-- Whose open lead sales accepted within the window, as known when it closed.
qualified as (
    select distinct
        windows.as_of_date,
        leads.one_id
    from {{ run_dates('label') }} as windows
    inner join {{ ref('lead_histories') }} as leads
        on windows.as_of_date = leads.as_of_date and leads.qualified_date is null and not leads.is_closed
    inner join {{ ref('lead_states') }} as changes
        on
            leads.source = changes.source
            and leads.lead_id = changes.lead_id
            and changes.changed_date > windows.as_of_date
            and changes.changed_date <= {{ last_date }}
            and changes.from_date <= {{ last_date }}
            and (changes.to_date is null or changes.to_date > {{ last_date }})
    inner join {{ ref('lead_words') }} as words on lower(trim(changes.stage)) = words.word
    inner join {{ ref('lead_statuses') }} as statuses on words.status = statuses.status and statuses.is_qualified
),

-- Whom lots of plans left alone within the window, and how likely all of them together were, as known when it closed.
lots as (
    select
        windows.as_of_date,
        planned.one_id,
        round(exp(sum(ln(planned.left_alone_probability))), 9) as left_alone_probability
    from {{ run_dates('label') }} as windows
    inner join {{ ref('planned_lots') }} as planned
        on
            planned.as_of_date >= windows.as_of_date
            and planned.as_of_date < {{ last_date }}
            and planned.from_date <= {{ last_date }}
            and (planned.to_date is null or planned.to_date > {{ last_date }})
    group by windows.as_of_date, planned.one_id
)

select
    people.as_of_date,
    people.one_id,
    cast({{ var('horizon_days') }} as bigint) as horizon_days,
    coalesce(deeds.order_count, 0) > 0 as ordered,
    cast(coalesce(deeds.order_count, 0) as bigint) as order_count,
    cast(coalesce(deeds.net_paid_fen, 0) as bigint) as net_paid_fen,
    coalesce(deeds.contact_count, 0) > 0 as contacted,
    lots.left_alone_probability,
    qualified.one_id is not null as qualified,
    coalesce(deeds.order_count, 0) > 0
    and stages.purchase_stage in ('visitor', 'registered_no_order') as first_order
from {{ ref('feature_people') }} as people
inner join {{ run_dates('label') }} as windows
    on people.as_of_date = windows.as_of_date
inner join {{ ref('purchase_stages') }} as stages
    on people.as_of_date = stages.as_of_date and people.one_id = stages.one_id
left join deeds
    on people.as_of_date = deeds.as_of_date and people.one_id = deeds.one_id
left join qualified
    on people.as_of_date = qualified.as_of_date and people.one_id = qualified.one_id
left join lots
    on people.as_of_date = lots.as_of_date and people.one_id = lots.one_id
