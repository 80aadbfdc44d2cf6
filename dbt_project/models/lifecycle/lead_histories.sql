{{ config(meta={'told_of': 'judged'}) }}
-- One row per (as_of_date, source, lead_id): a lead as the CRM told of it up to the date: whose it is, of which
-- company, since when it is known, where it stands by the status that the CRM's word means (lead_words), and when it
-- was first qualified. A word that no row explains is open and not qualified.
with changes as (
    select
        states.as_of_date,
        states.source,
        states.lead_id,
        states.one_id,
        states.company,
        states.company_id,
        states.email_domain,
        states.title,
        states.owner,
        states.changed_at,
        states.changed_date,
        coalesce(words.status, 'unknown') as status,
        row_number() over (
            partition by states.as_of_date, states.source, states.lead_id
            order by states.changed_at desc, states.one_id asc
        ) as place
    from {{ states_at(ref('lead_states'), 'judged') }} as states
    left join {{ ref('lead_words') }} as words on lower(trim(states.stage)) = words.word
    where states.one_id is not null and not states.is_test
),

steps as (
    select
        changes.*,
        statuses.is_qualified,
        lag(changes.status) over (
            partition by changes.as_of_date, changes.source, changes.lead_id
            order by changes.changed_at asc, changes.place desc
        ) as status_before
    from changes
    inner join {{ ref('lead_statuses') }} as statuses on changes.status = statuses.status
),

told as (
    select
        as_of_date,
        source,
        lead_id,
        min(changed_date) as opened_date,
        min(case when is_qualified then changed_date end) as qualified_date,
        {%- for column in ['company', 'company_id', 'email_domain', 'title', 'owner'] %}
        max_by({{ column }}, case when {{ column }} is not null then changed_at end) as {{ column }},
        {%- endfor %}
        max(case when status_before is null or status_before <> status then changed_date end) as status_since_date
    from steps
    group by as_of_date, source, lead_id
)

select
    told.as_of_date,
    told.source,
    told.lead_id,
    steps.one_id,
    told.opened_date,
    steps.status,
    told.status_since_date,
    told.qualified_date,
    statuses.is_qualified,
    statuses.is_closed,
    case when statuses.is_closed then told.status_since_date end as closed_date,
    told.owner,
    told.company,
    told.company_id,
    told.email_domain,
    told.title
from told
inner join steps
    on
        told.as_of_date = steps.as_of_date
        and told.source = steps.source
        and told.lead_id = steps.lead_id
        and steps.place = 1
inner join {{ ref('lead_statuses') }} as statuses on steps.status = statuses.status
