-- Who may be written to and not be profiled, on the days that the brand keeps (brand_days) and on no other: the same
-- words for all, no offer, no score and no order of merit. The
-- cheapest channel that needs no member of staff, reaches them and that they agreed to. What blocks a plan blocks this
-- too (recall_blocks), and who is answered or reminded that day hears nothing else. Consent and refusals as they stand
-- at publish.
with occasions as (
    select
        dates.as_of_date,
        days.said_zh,
        days.said_en,
        row_number() over (partition by dates.as_of_date order by days.brand_day) as place
    from {{ run_dates('as_of') }} as dates
    inner join {{ ref('brand_days') }} as days
        on
            days.said_zh is not null
            {%- set of_day = add_days('dates.as_of_date', '1 + cast(days.lead_days as integer)') %}
            and extract(day from {{ of_day }}) = days.day
            and (days.month is null or extract(month from {{ of_day }}) = days.month)
),

people as (
    select
        as_of_date,
        one_id,
        barred_channels
    from {{ ref('recall_people') }} as recall_people
    where
        {{ among_dates('as_of_date', dates_of('as_of')) }}
        and is_excluded
        and may_be_served
        and not is_blocked
        and not is_resting
        and not exists (
            select 1 from {{ source('recall', 'audience') }} as owed
            where owed.as_of_date = recall_people.as_of_date and owed.one_id = recall_people.one_id
        )
),

ranked as (
    select
        people.as_of_date,
        people.one_id,
        templates.message_channel,
        templates.template_id,
        templates.text_lacks,
        case
            when templates.text_lacks is null then replace(templates.home_text, '{occasion}', occasions.said_zh)
        end as message_text,
        case
            when templates.text_lacks is null then replace(templates.home_text_en, '{occasion}', occasions.said_en)
        end as message_text_en,
        consents.source as consent_source,
        consents.changed_at as consent_at,
        row_number() over (
            partition by people.as_of_date, people.one_id
            order by costs.send_fen + costs.labour_fen, templates.message_channel, templates.template_id
        ) as row_rank
    from people
    inner join occasions on people.as_of_date = occasions.as_of_date and occasions.place = 1
    inner join {{ ref('reachability') }} as reached
        on people.as_of_date = reached.as_of_date and people.one_id = reached.one_id
    inner join {{ ref('contact_consents') }} as consents
        on
            people.as_of_date = consents.as_of_date
            and people.one_id = consents.one_id
            and reached.message_channel = consents.message_channel
            and consents.purpose = 'marketing'
    inner join {{ ref('spoken_templates') }} as templates
        on
            consents.message_channel = templates.message_channel
            and templates.scene_id = 'general'
            and templates.approved
    inner join {{ ref('send_costs') }} as costs on templates.message_channel = costs.message_channel
    left join {{ ref('do_not_contact_at_publish') }} as refusals
        on people.one_id = refusals.one_id and templates.message_channel = refusals.message_channel
    where
        refusals.one_id is null
        and concat('|', people.barred_channels, '|') not like concat('%|', templates.message_channel, '|%')
)

select
    one_id,
    cast(as_of_date as date) as as_of_date,
    message_channel,
    template_id,
    message_text,
    message_text_en,
    text_lacks,
    consent_source,
    {{ instant('consent_at') }} as consent_at
from ranked
where row_rank = 1
