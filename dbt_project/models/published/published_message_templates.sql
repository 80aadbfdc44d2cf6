select
    templates.template_id,
    dates.as_of_date,
    templates.message_channel,
    templates.scene_id,
    cast(templates.need_state as varchar) as need_state,
    cast(templates.price_attitude as varchar) as price_attitude,
    templates.text_zh,
    templates.text_en,
    cast(templates.variables as varchar) as variables,
    cast(templates.sms_segments as bigint) as sms_segments,
    templates.approved,
    templates.refused_because
from {{ run_dates('as_of') }} as dates
cross join {{ ref('spoken_templates') }} as templates
