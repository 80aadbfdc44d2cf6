select
    dates.as_of_date,
    redirects.one_id_old,
    {{ instant('redirects.changed_at') }} as changed_at,
    redirects.one_id,
    redirects.change,
    redirects.reason
from {{ run_dates('as_of') }} as dates
inner join {{ ref('redirects') }} as redirects
    on redirects.changed_at <= dates.cut_off_at
