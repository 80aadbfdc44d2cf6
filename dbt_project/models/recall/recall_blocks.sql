-- One row per (as_of_date, one_id): why nothing may be sent to a person today, where so, and whether anything may be
-- advertised. The one home of both: the plans and the general list read it alike. What a need state bars is for whom no
-- hard rule keeps out, since a need is a guess; but that a question of theirs is open is known of everybody. After a
-- ladder's last rung nothing is advertised for the rung's rest. Barred too is the official account for whom it sent as
-- many as the platform allows in the month: whether a message of its was a mass message nobody tells. What is owed (an
-- answer, a reminder) waits for a suppression alone: a refund or complaint may be what it is about, and the caps of
-- politeness, the days after an order, and what sales know are for what advertises: an open lead is on the way with its
-- owner (lead_plays), who is under contract hears of its renewal, and of whom sales say that nothing can come of it
-- nothing is wanted.
with rests as (
    select
        ladder_step,
        max(rest_days) as rest_days
    from {{ ref('recall_policies') }}
    where audience_kind = 'first_order'
    group by ladder_step
)

select
    profiles.as_of_date,
    profiles.one_id,
    case
        when exclusions.is_suppressed then 'suppressed'
        when exclusions.has_open_complaint then 'complaint_open'
        when exclusions.has_open_refund then 'refund_open'
        when contacts.contacts_1d >= daily.most or contacts.contacts_7d >= weekly.most then 'contact_cap'
        when stages.recency_days < {{ recall_number('rest_after_order_days') }} then 'ordered_lately'
        when leads.has_open_lead then 'lead_open'
        when leads.is_under_contract then 'under_contract'
        when leads.is_unfit then 'lead_unfit'
    end as blocked_because,
    rests.ladder_step is not null as is_resting,
    concat_ws(
        '|',
        nullif(plays.barred_channels, ''),
        case when contacts.account_contacts_month >= account.most then 'official_account' end
    ) as barred_channels
from {{ ref('customer_profile') }} as profiles
inner join {{ ref('contact_caps') }} as daily on daily.cap_id = 'any_1d'
inner join {{ ref('contact_caps') }} as weekly on weekly.cap_id = 'any_7d'
inner join {{ ref('contact_caps') }} as account on account.cap_id = 'account_platform_month'
{%- for name in ['exclusions', 'contacts', 'ladders', 'leads'] %}
left join {{ ref('recall_' ~ name) }} as {{ name }}
    on profiles.as_of_date = {{ name }}.as_of_date and profiles.one_id = {{ name }}.one_id
{%- endfor %}
left join rests
    on
        ladders.first_order_step = rests.ladder_step
        and ladders.days_since_first_order_step < rests.rest_days
left join {{ ref('purchase_stages') }} as stages
    on profiles.as_of_date = stages.as_of_date and profiles.one_id = stages.one_id
left join {{ ref('customer_lifecycle') }} as lifecycle
    on profiles.as_of_date = lifecycle.as_of_date and profiles.one_id = lifecycle.one_id
left join {{ ref('need_state_plays') }} as plays
    on
        lifecycle.need_state = plays.need_state
        and (profiles.exclusion is null or plays.need_state = 'problem')
where {{ among_dates('profiles.as_of_date', dates_of('as_of')) }}
