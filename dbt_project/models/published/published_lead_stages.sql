-- One row per lead of the CRM: its step and since when, whose it is, and the next play with the day by which its owner
-- does it. Consent and refusals of the play's channels are asked as they stand at publish; who refuses to be profiled
-- by then has no step.
with leads as (
    select
        standings.*,
        accounts.account_id,
        accounts.role,
        case when refused.one_id is not null then 'profiling_refused' else standings.exclusion end as kept_out
    from {{ ref('lead_standings') }} as standings
    left join {{ ref('lead_accounts') }} as accounts
        on
            standings.as_of_date = accounts.as_of_date
            and standings.source = accounts.source
            and standings.lead_id = accounts.lead_id
    left join {{ ref('profiling_refused_at_publish') }} as refused
        on standings.as_of_date = refused.as_of_date and standings.one_id = refused.one_id
    where {{ among_dates('standings.as_of_date', dates_of('as_of')) }}
),

open_channels as (
    select
        reached.as_of_date,
        reached.one_id,
        reached.message_channel
    from {{ ref('reachability') }} as reached
    inner join {{ ref('contact_consents') }} as consents
        on
            reached.as_of_date = consents.as_of_date
            and reached.one_id = consents.one_id
            and reached.message_channel = consents.message_channel
            and consents.purpose = 'marketing'
    left join {{ ref('do_not_contact_at_publish') }} as refusals
        on reached.one_id = refusals.one_id and reached.message_channel = refusals.message_channel
    where refusals.one_id is null and {{ among_dates('reached.as_of_date', dates_of('as_of')) }}
),

scores as (
    select
        as_of_date,
        one_id,
        score,
        basis,
        reason_1,
        reason_2,
        reason_3
    from {{ source('scores', 'customer_scores') }}
    where model = 'lead_qualified' and {{ among_dates('as_of_date', dates_of('as_of')) }}
),

judged as (
    select
        leads.*,
        scores.score,
        scores.basis as score_basis,
        scores.reason_1,
        scores.reason_2,
        scores.reason_3,
        coalesce(first_open.message_channel, second_open.message_channel) as message_channel,
        case
            when leads.is_closed then 'lead_closed'
            when leads.kept_out is not null then leads.kept_out
            when blocks.blocked_because in ('suppressed', 'complaint_open', 'refund_open', 'contact_cap')
                then blocks.blocked_because
            when coalesce(first_open.message_channel, second_open.message_channel) is null then 'no_channel'
            when leads.play_from_date > leads.as_of_date then 'told_lately'
        end as no_play_reason
    from leads
    left join {{ ref('recall_blocks') }} as blocks
        on leads.as_of_date = blocks.as_of_date and leads.one_id = blocks.one_id
    left join scores
        on
            leads.as_of_date = scores.as_of_date
            and leads.one_id = scores.one_id
            and leads.kept_out is null
            and leads.qualified_date is null
            and not leads.is_closed
    left join open_channels as first_open
        on
            leads.as_of_date = first_open.as_of_date
            and leads.one_id = first_open.one_id
            and leads.first_channel = first_open.message_channel
    left join open_channels as second_open
        on
            leads.as_of_date = second_open.as_of_date
            and leads.one_id = second_open.one_id
            and leads.second_channel = second_open.message_channel
)

select
    cast(as_of_date as date) as as_of_date,
    source,
    lead_id,
    one_id,
    account_id,
    company,
    role,
    status,
    status_since_date,
    opened_date,
    qualified_date,
    case when kept_out is null then step end as step,
    case when kept_out is null then step_since_date end as step_since_date,
    case when kept_out is null then cast({{ days_between('step_since_date', 'as_of_date') }} as bigint) end
        as days_in_step,
    case when kept_out is null then last_act end as last_act,
    case when kept_out is null then last_act_date end as last_act_date,
    last_contact_date,
    round(cast(score as double), 6) as qualifies_28d,
    score_basis,
    reason_1,
    reason_2,
    reason_3,
    staff_id,
    case when no_play_reason is null then play end as next_play,
    case when no_play_reason is null then message_channel end as message_channel,
    case when no_play_reason is null then {{ add_days('play_from_date', 'cast(due_days as integer)') }} end as due_date,
    no_play_reason
from judged
