-- Of whom a hard rule keeps out nobody says what they need or like; the other stages count what they did.
select
    lifecycle.one_id,
    cast(lifecycle.as_of_date as date) as as_of_date,
    lifecycle.purchase_stage,
    cast(lifecycle.purchase_stage_since as date) as purchase_stage_since,
    lifecycle.previous_purchase_stage,
    lifecycle.aipl_stage,
    cast(lifecycle.aipl_stage_since as date) as aipl_stage_since,
    lifecycle.previous_aipl_stage,
    lifecycle.five_a_stage,
    cast(lifecycle.five_a_stage_since as date) as five_a_stage_since,
    lifecycle.previous_five_a_stage,
    case when profile.exclusion is null then lifecycle.need_state else 'none' end as need_state,
    lifecycle.frequency_journey_stage,
    lifecycle.value_journey_stage,
    case when profile.exclusion is null then lifecycle.interest_journey_stage else 'none' end as interest_journey_stage,
    lifecycle.is_deleted_friend
from {{ ref('customer_lifecycle') }} as lifecycle
inner join {{ run_dates('as_of') }} as dates
    on lifecycle.as_of_date = dates.as_of_date
inner join {{ ref('customer_profile') }} as profile
    on lifecycle.as_of_date = profile.as_of_date and lifecycle.one_id = profile.one_id
