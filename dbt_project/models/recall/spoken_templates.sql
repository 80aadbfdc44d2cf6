-- One row per template: whether it may be said, and if not, why. Advertising needs a channel that carries it. What is
-- sent by SMS is judged by the gateway that the brand names; what that one does not say is as the strictest has it.
-- Without a name no gateway takes anything. Segments are counted with the longest words that stand for the variables.
{{ config(materialized='table') }}

with services as (
    select scene_id
    from {{ ref('recall_policies') }}
    group by scene_id
    having count(*) = sum(case when consent_purpose = 'service' then 1 else 0 end)
),

gateways as (
    select
        named.gateway,
        {%- for column in ['required_words', 'refused_in_service', 'refused_contents'] %}
        coalesce(named.{{ column }}, strictest.{{ column }}) as {{ column }},
        {%- endfor %}
        coalesce(named.variables_allowed, strictest.variables_allowed) as variables_allowed,
        coalesce(named.segment_chars, strictest.segment_chars) as segment_chars,
        coalesce(named.long_segment_chars, strictest.long_segment_chars) as long_segment_chars
    from {{ ref('sms_gateways') }} as named
    inner join {{ ref('sms_gateways') }} as strictest on strictest.gateway = 'strictest'
    where named.gateway = '{{ var("sms_gateway") }}'
),

counted as (
    select
        templates.template_id,
        length(templates.text_zh)
        + coalesce(sum(variables.longest_chars - length(variables.variable) - 2), 0) as longest_chars,
        max(variables.differs_by_recipient) as is_personal
    from {{ ref('message_templates') }} as templates
    left join {{ ref('template_variables') }} as variables
        on concat('|', templates.variables, '|') like concat('%|', variables.variable, '|%')
    group by templates.template_id, templates.text_zh
),

judged as (
    select
        templates.*,
        case
            when not templates.approved then 'not_approved'
            when services.scene_id is null and channels.advertises_by is null then 'carries_service_only'
            when templates.message_channel <> 'sms' then null
            when gateways.gateway is null then 'no_gateway'
            when templates.text_zh not like '【{brand}】%' then 'no_signature'
            when
                services.scene_id is null
                and right(templates.text_zh, length(gateways.required_words)) <> gateways.required_words
                then 'way_out_not_at_the_end'
            when
                services.scene_id is not null
                and templates.text_zh like concat('%', gateways.refused_in_service, '%')
                then 'advertising_words_in_service'
            when
                services.scene_id is null and {{ matches('templates.text_zh', 'gateways.refused_contents') }}
                then 'refused_contents'
            when
                services.scene_id is null and not gateways.variables_allowed and counted.is_personal
                then 'variables'
            when
                case
                    when counted.longest_chars <= gateways.segment_chars then 1
                    else ceil(cast(counted.longest_chars as double) / gateways.long_segment_chars)
                end > templates.sms_segments
                then 'too_long'
        end as refused_because
    from {{ ref('message_templates') }} as templates
    inner join {{ ref('message_channels') }} as channels on templates.message_channel = channels.message_channel
    inner join counted on templates.template_id = counted.template_id
    left join services on templates.scene_id = services.scene_id
    left join gateways on gateways.gateway is not null
)

select
    template_id,
    message_channel,
    scene_id,
    need_state,
    price_attitude,
    text_zh,
    variables,
    sms_segments,
    refused_because is null as approved,
    refused_because,
    source
from judged
