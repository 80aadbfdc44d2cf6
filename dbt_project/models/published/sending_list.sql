{{ config(materialized='view') }}
-- One row per (as_of_date, list_name, one_id): everybody whom a published list names, with the plan. A view: whoever
-- exports reads it as it stands at that moment. A general list is sent while its channel's first window of the day is
-- open; it has no plan, so whatever stops any plan stops it (no stop_if).
with windows as (
    select
        message_channel,
        min(opens) as opens,
        min(closes) as closes
    from {{ ref('channel_windows') }}
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
    why
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
    cast(null as varchar) as why
from {{ ref('published_general_list') }} as lists
left join windows on lists.message_channel = windows.message_channel
left join {{ ref('send_costs') }} as costs on lists.message_channel = costs.message_channel
