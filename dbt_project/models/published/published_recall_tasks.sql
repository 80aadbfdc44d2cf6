-- Only tasks whose plan survived the last check; the channel to fall back on has to pass it too. Priorities are counted
-- over what is left, so that everybody's list begins with 1 and has no gaps. A WeCom plan goes out by template or
-- stands in a member's list, never both: a brand that sends by template (wecom_by) has calls alone here.
select
    tasks.task_id,
    cast(tasks.as_of_date as date) as as_of_date,
    tasks.audience_id,
    tasks.one_id,
    tasks.staff_id,
    tasks.store_id,
    tasks.message_channel,
    cast(
        row_number() over (partition by tasks.as_of_date, tasks.staff_id order by tasks.priority) as bigint
    ) as priority,
    {{ instant('tasks.send_after_at') }} as send_after_at,
    {{ instant('tasks.send_before_at') }} as send_before_at,
    tasks.template_id,
    tasks.template_variables,
    audience.message_text,
    audience.message_text_en,
    audience.text_lacks,
    nullif(tasks.offer_id, 'none') as offer_id,
    tasks.offer_words,
    tasks.why,
    tasks.talking_point_1,
    tasks.talking_point_2,
    tasks.do_not_say,
    {{ published_list('tasks.stop_if') }} as stop_if,
    case
        when consents.one_id is not null and refusals.one_id is null then tasks.fallback_channel
    end as fallback_channel,
    cast(null as varchar) as recipient_token,
    cast(tasks.expected_net_p50_fen as bigint) as expected_net_p50_fen,
    tasks.list_kind,
    tasks.is_learning,
    tasks.play_id
from {{ source('recall', 'tasks') }} as tasks
inner join {{ ref('published_recall_audience') }} as audience
    on
        tasks.as_of_date = audience.as_of_date
        and tasks.one_id = audience.one_id
        and tasks.audience_id = audience.audience_id
        and tasks.message_channel = audience.message_channel
inner join {{ run_dates('as_of') }} as dates
    on tasks.as_of_date = dates.as_of_date
left join {{ ref('contact_consents') }} as consents
    on
        tasks.as_of_date = consents.as_of_date
        and tasks.one_id = consents.one_id
        and tasks.fallback_channel = consents.message_channel
        and audience.consent_purpose = consents.purpose
left join {{ ref('do_not_contact_at_publish') }} as refusals
    on tasks.one_id = refusals.one_id and tasks.fallback_channel = refusals.message_channel
{%- if var('wecom_by') == 'template' %}
where tasks.message_channel <> 'wecom'
{%- endif %}
