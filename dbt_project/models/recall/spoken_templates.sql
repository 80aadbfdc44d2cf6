-- One row per template: its words with the brand's name and the scene's link, whether it may be said, and if not, why.
-- Advertising needs a channel that carries it; a word that nobody may say (forbidden_words) is said to nobody, and what
-- is true of some alone is not said to all. What is sent by SMS is judged by the gateway that the brand names; what it
-- does not say is as the strictest has it. Without a name no gateway takes anything. Length is counted with the longest
-- words that stand for what is not known yet.
{{ config(materialized='table') }}

with named as (
    select
        templates.*,
        {{ with_home('templates.text_zh', 'templates.scene_id') }} as home_text,
        {{ with_home('templates.text_en', 'templates.scene_id') }} as home_text_en
    from {{ ref('message_templates') }} as templates
),

services as (
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
        named.template_id,
        length(named.home_text)
        + coalesce(sum(variables.longest_chars - length(variables.variable) - 2), 0) as longest_chars,
        max(variables.differs_by_recipient) as is_personal,
        length(named.home_text) - length(replace(named.home_text, '{', ''))
        > sum(case when not variables.differs_by_recipient then 1 else 0 end) as is_unlike
    from named
    left join {{ ref('template_variables') }} as variables
        on named.home_text like concat('%{', variables.variable, '}%')
    group by named.template_id, named.home_text
),

forbidden as (
    select
        named.template_id,
        min(words.rule_id) as rule_id
    from named
    inner join {{ ref('forbidden_words') }} as words
        on
            {{ matches('named.text_zh', 'words.pattern') }}
            and (words.unless is null or named.scene_id = 'general')
    group by named.template_id
),

judged as (
    select
        templates.*,
        nullif(
            concat_ws(
                '|',
                case when templates.home_text like '%{brand}%' then 'brand_name' end,
                case when templates.home_text like '%{link}%' then 'brand_link' end,
                case when templates.home_text like '%{add_link}%' then 'scene_links' end
            ),
            ''
        ) as text_lacks,
        case
            when not templates.approved then 'not_approved'
            when forbidden.rule_id is not null then concat('forbidden_words: ', forbidden.rule_id)
            when services.scene_id is null and channels.advertises_by is null then 'carries_service_only'
            -- the same words for all: nothing in them may differ by person
            when templates.scene_id = 'general' and counted.is_unlike then 'variables'
            when counted.longest_chars > limits.most then 'too_long'
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
    from named as templates
    inner join {{ ref('message_channels') }} as channels on templates.message_channel = channels.message_channel
    inner join counted on templates.template_id = counted.template_id
    left join services on templates.scene_id = services.scene_id
    left join gateways on gateways.gateway is not null
    left join forbidden on templates.template_id = forbidden.template_id
    left join {{ ref('message_limits') }} as limits
        on
            templates.message_channel = limits.message_channel
            and limits.part = 'text'
            and limits.counted_in = 'characters'
)

select
    template_id,
    message_channel,
    scene_id,
    need_state,
    price_attitude,
    text_zh,
    text_en,
    home_text,
    home_text_en,
    text_lacks,
    variables,
    sms_segments,
    refused_because is null as approved,
    refused_because,
    source
from judged
