-- Who may be written to and not be profiled: the same words for all, no offer, no score and no order of merit. The
-- cheapest channel that needs no member of staff, reaches them and that they agreed to; caps, open refunds and
-- complaints hold as for a plan. Consent and refusals as they stand at publish.
with caps as (
    select
        max(case when caps.cap_id = 'any_1d' then caps.most end) as most_1d,
        max(case when caps.cap_id = 'any_7d' then caps.most end) as most_7d
    from {{ ref('contact_caps') }} as caps
),

people as (
    select
        context.as_of_date,
        context.one_id
    from {{ ref('recall_context') }} as context
    cross join caps
    where
        {{ among_dates('context.as_of_date', dates_of('as_of')) }}
        and context.exclusion in ('profiling_refused', 'profiling_never_asked')
        and not context.is_suppressed
        and not context.has_open_refund
        and not context.has_open_complaint
        and context.contacts_1d < caps.most_1d
        and context.contacts_7d < caps.most_7d
),

ranked as (
    select
        people.as_of_date,
        people.one_id,
        templates.message_channel,
        templates.template_id,
        row_number() over (
            partition by people.as_of_date, people.one_id
            order by costs.send_fen + costs.labour_fen, templates.message_channel, templates.template_id
        ) as row_rank
    from people
    inner join {{ ref('reachability') }} as reached
        on people.as_of_date = reached.as_of_date and people.one_id = reached.one_id
    inner join {{ ref('contact_consents') }} as consents
        on
            people.as_of_date = consents.as_of_date
            and people.one_id = consents.one_id
            and reached.message_channel = consents.message_channel
            and consents.purpose = 'marketing'
    inner join {{ ref('message_templates') }} as templates
        on consents.message_channel = templates.message_channel and templates.scene_id = 'general'
    inner join {{ ref('send_costs') }} as costs on templates.message_channel = costs.message_channel
    left join {{ ref('contact_refusals') }} as refusals
        on people.one_id = refusals.one_id and templates.message_channel = refusals.message_channel
    where refusals.one_id is null
)

select
    one_id,
    cast(as_of_date as date) as as_of_date,
    message_channel,
    template_id
from ranked
where row_rank = 1
