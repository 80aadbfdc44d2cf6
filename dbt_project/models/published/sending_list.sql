{{ config(materialized='view') }}
-- One row per (as_of_date, list_name, one_id): everybody whom a published list names, with the plan. A view: whoever
-- exports reads it as it stands at that moment. A general list is sent while its channel's first window of the day is
-- open; it has no plan, so whatever stops any plan stops it (no stop_if). The service desk's list names whom it
-- answers: who is awaited (is_awaited) is contacted by nobody, so that no consent is asked for and no refusal of a
-- channel is about it; both stop as their play does once somebody answered. The desk is the sender, whoever calls.
with windows as (
    select
        message_channel,
        min(opens) as opens,
        min(closes) as closes
    from {{ ref('channel_windows') }}
    group by message_channel
),

call_day as (
    select
        message_channel,
        min(opens) as opens,
        max(closes) as closes
    from {{ ref('channel_windows') }}
    where message_channel = 'call'
    group by message_channel
)

select
    as_of_date,
    'audience' as list_name,
    one_id,
    message_channel,
    audience_id,
    policy_id,
    ladder_step,
    campaign_id,
    wave,
    arm,
    offer_id,
    template_id,
    template_variables,
    message_text,
    staff_id,
    store_id,
    consent_purpose,
    send_after_at,
    send_before_at,
    valid_until_at,
    stop_if,
    expected_cost_fen,
    net_p50_fen,
    why,
    cast(null as varchar) as task_id,
    false as is_awaited
from {{ ref('published_recall_audience') }}
union all
select
    lists.as_of_date,
    'general' as list_name,
    lists.one_id,
    lists.message_channel,
    concat('general_', replace(cast(lists.as_of_date as varchar), '-', '')) as audience_id,
    'general' as policy_id,
    cast(null as bigint) as ladder_step,
    cast(null as varchar) as campaign_id,
    'day' as wave,
    cast(null as varchar) as arm,
    cast(null as varchar) as offer_id,
    lists.template_id,
    '{}' as template_variables,
    lists.message_text,
    cast(null as varchar) as staff_id,
    cast(null as varchar) as store_id,
    'marketing' as consent_purpose,
    {{ instant(next_day_at('lists.as_of_date', 'windows.opens')) }} as send_after_at,
    {{ instant(next_day_at('lists.as_of_date', 'windows.closes')) }} as send_before_at,
    {{ instant(next_day_at('lists.as_of_date', 'windows.closes')) }} as valid_until_at,
    null as stop_if,
    cast(round(costs.send_fen + costs.labour_fen) as bigint) as expected_cost_fen,
    cast(null as bigint) as net_p50_fen,
    cast(null as varchar) as why,
    cast(null as varchar) as task_id,
    false as is_awaited
from {{ ref('published_general_list') }} as lists
left join windows on lists.message_channel = windows.message_channel
left join {{ ref('send_costs') }} as costs on lists.message_channel = costs.message_channel
union all
select
    desk.as_of_date,
    'desk' as list_name,
    desk.one_id,
    desk.message_channel,
    concat('desk_', replace(cast(desk.as_of_date as varchar), '-', '')) as audience_id,
    policies.policy_id,
    policies.ladder_step,
    concat(policies.policy_id, '_desk_', replace(left(cast(desk.as_of_date as varchar), 7), '-', '')) as campaign_id,
    'day' as wave,
    cast(null as varchar) as arm,
    cast(null as varchar) as offer_id,
    cast(null as varchar) as template_id,
    '{}' as template_variables,
    cast(null as varchar) as message_text,
    'service_desk' as staff_id,
    cast(null as varchar) as store_id,
    policies.consent_purpose,
    {%- set day = {'opens': "'00:00'", 'closes': "'23:59'"} %}
    {%- for name, bound in {'send_after_at': 'opens', 'send_before_at': 'closes', 'valid_until_at': 'closes'}.items() %}
    {{ instant(next_day_at(
        'desk.as_of_date', "case when desk.reached_by = 'call' then windows." ~ bound ~ " else " ~ day[bound] ~ " end"
    )) }} as {{ name }},
    {%- endfor %}
    {{ sorted_values(["'answered'", "case when desk.reached_by = 'call' then 'unsubscribed' end"]) }} as stop_if,
    cast(null as bigint) as expected_cost_fen,
    cast(null as bigint) as net_p50_fen,
    cast(null as varchar) as why,
    desk.task_id,
    desk.reached_by <> 'call' as is_awaited
from {{ ref('published_service_desk') }} as desk
inner join {{ ref('recall_policies') }} as policies
    on desk.play_id = policies.play_id and policies.audience_kind = 'service' and policies.ladder_step = 0
left join call_day as windows on desk.message_channel = windows.message_channel
