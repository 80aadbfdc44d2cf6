-- One row per (as_of_date, one_id) that ever subscribed to an official account: whether any account still has them.
select
    as_of_date,
    one_id,
    max(case when is_subscribed then 1 else 0 end) = 1 as is_subscribed
from {{ ref('subscribed_accounts') }}
where {{ among_dates('as_of_date', dates_of('as_of')) }}
group by as_of_date, one_id
